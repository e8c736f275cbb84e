import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { asFailure, type Failure } from '@/api/failure'
import { etagOfNote, removeNote, restoreNote, type NotePublic } from '@/api/notes'
import { useExplanation } from '@/failures/useExplanation'
import { useToasts } from '@/ui/toasts'

/** The note that was brought back last: by then another list may be shown than it was removed from. */
const useRestored = defineStore('restored-note', () => ({
  last: shallowRef<NotePublic | null>(null),
}))

/** What a list does where a note is removed and brought back. */
interface NoteList {
  drop: (noteId: number) => void
  replace: (note: NotePublic) => void
  takeBack: (note: NotePublic) => void
}

/** Remove notes of a list, which can be undone for some time. */
export function useNoteRemovals(list: NoteList) {
  const restored = useRestored()
  const toasts = useToasts()
  const { t } = useI18n()
  const { explain } = useExplanation()

  watch(
    () => restored.last,
    (note) => {
      if (note !== null) list.takeBack(note)
    },
  )

  async function remove(note: NotePublic): Promise<void> {
    try {
      await removeNote(note.id, etagOfNote(note))
      toasts.show(t('notes.removed'), { action: undoing(note.id) })
      list.drop(note.id)
    } catch (error) {
      const failure = asFailure(error)
      if (failure.status === 404) list.drop(note.id)
      else tellNotRemoved(failure)
    }
  }

  function tellNotRemoved(failure: Failure): void {
    const { message } = explain(failure)
    toasts.show(t('notes.notRemoved', { message }), { look: 'danger' })
    if (failure.isConflict && failure.present !== null)
      list.replace(failure.present as unknown as NotePublic)
  }

  async function restore(noteId: number): Promise<void> {
    try {
      restored.last = await restoreNote(noteId)
    } catch (error) {
      const failure = asFailure(error)
      const { message } = explain(failure)
      const isForGood = failure.status === 404
      const text = isForGood ? t('notes.goneForGood') : t('notes.notRestored', { message })
      toasts.show(text, { look: 'danger', action: isForGood ? undefined : undoing(noteId) })
    }
  }

  function undoing(noteId: number) {
    return { label: t('notes.undo'), run: () => void restore(noteId) }
  }

  return { remove }
}
