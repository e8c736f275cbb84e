import { useDebounceFn } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useServerEvent } from '@/api/connection'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import { addNote, listLessonNotes, type Colour, type NotePublic, type Stretch } from '@/api/notes'
import { useExplanation } from '@/failures/useExplanation'
import type { LessonText } from '@/lesson/transcript/LessonText'
import { useOwnName } from '@/people/ownName'
import { useToasts } from '@/ui/toasts'
import { useNoteRemovals } from './removals'

const SETTLE_MS = 600

/** Words that somebody selected in a lesson's text. */
export interface SelectedWords {
  stretch: Stretch
  quote: string
  /** When the first of them is said, in seconds. */
  start: number
}

/** The notes of one lesson by their time in it. They follow their words, so they move with edits. */
export function useLessonNotes(lessonId: number, text: Readonly<Ref<LessonText | null>>) {
  const notes = shallowRef<readonly NotePublic[]>([])
  const failure = shallowRef<Failure | null>(null)
  const own = useOwnName()
  const toasts = useToasts()
  const { t } = useI18n()
  const { explain } = useExplanation()
  const { remove } = useNoteRemovals({ drop, replace, takeBack })
  let request = new AbortController()

  async function load(): Promise<void> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    try {
      const found = await listLessonNotes(lessonId, signal)
      if (signal.aborted) return
      notes.value = found
      failure.value = null
    } catch (error) {
      if (signal.aborted || isAbort(error)) return
      failure.value = asFailure(error)
    }
  }

  /** Highlight words; null where that did not work, which is said. */
  async function add(selected: SelectedWords, colour: Colour): Promise<NotePublic | null> {
    const author = own.name
    try {
      const { stretch, quote } = selected
      const note = await addNote(lessonId, { stretch, quote, colour, text: '', author })
      put(note)
      return note
    } catch (error) {
      const found = asFailure(error)
      const message = found.isConflict ? t('notes.textChanged') : explain(found).message
      toasts.show(message, { look: 'danger' })
      return null
    }
  }

  function put(note: NotePublic): void {
    const others = notes.value.filter(({ id }) => id !== note.id)
    notes.value = [...others, note].sort(byPlace)
  }

  function replace(changed: NotePublic): void {
    notes.value = notes.value.map((note) => (note.id === changed.id ? changed : note))
  }

  function drop(noteId: number): void {
    notes.value = notes.value.filter(({ id }) => id !== noteId)
  }

  function takeBack(note: NotePublic): void {
    if (note.lesson_id === lessonId) put(note)
  }

  const loadSoon = useDebounceFn(() => void load(), SETTLE_MS)
  watch(text, () => void loadSoon())
  useServerEvent('begin', () => void load())
  onScopeDispose(() => request.abort())
  void load()

  return { notes, failure, load, add, replace, remove }
}

function byPlace(one: NotePublic, other: NotePublic): number {
  return one.start - other.start || one.id - other.id
}

export type LessonNotes = ReturnType<typeof useLessonNotes>
