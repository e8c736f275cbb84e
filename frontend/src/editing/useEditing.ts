import { useDebounceFn, useEventListener } from '@vueuse/core'
import {
  computed,
  inject,
  onScopeDispose,
  provide,
  reactive,
  ref,
  shallowRef,
  watch,
  type InjectionKey,
  type Ref,
} from 'vue'
import { useServerEvent } from '@/api/connection'
import {
  dismissEdit,
  etagOfSegment,
  getEdits,
  getHistory,
  getSegment,
  undoEdit,
  type EditPublic,
  type SegmentState,
} from '@/api/edits'
import { asFailure } from '@/api/failure'
import { useExplanation } from '@/failures/useExplanation'
import type { LessonText } from '@/lesson/transcript/LessonText'
import { displayWords } from '@/lesson/transcript/words'
import { useOwnName } from '@/people/ownName'
import { useToasts } from '@/ui/toasts'
import { useDrafts, type Draft, type KeptDraft } from './drafts'

const PAUSE_MS = 1500
const FIELDS = 'input, textarea, [contenteditable]'

/** From the opening of a segment's text to the closing: what is undone as one. */
interface Visit {
  position: number
  /** What stood there before. */
  base: string
  /** What the server has there now, as far as we know. */
  saved: string
  /** How many edits the server made of it. */
  nSaved: number
}

interface EditedText {
  /** What readers see, and people edit; null where there is nothing to edit. */
  text: Readonly<Ref<LessonText | null>>
  /** Have a segment shown with another text. */
  show: (position: number, text: string) => void
}

/** Editing the segments of a lesson in place. */
export function useEditing(lessonId: number, { text, show }: EditedText) {
  const drafts = useDrafts()
  const own = useOwnName()
  const toasts = useToasts()
  const { explain } = useExplanation()

  /** The segment that is open, and the character that the caret begins at; null: the end. */
  const open = shallowRef<{ position: number; character: number | null } | null>(null)
  /** Whose history is shown. */
  const lookedAt = ref<number | null>(null)
  const visits = reactive<Visit[]>([])
  const edited = shallowRef<ReadonlyMap<number, EditPublic>>(new Map())
  const orphans = shallowRef<readonly EditPublic[]>([])
  const canEdit = computed(() => text.value !== null)
  const pending = computed(() => drafts.ofLesson(lessonId))

  function put(position: number, written: string): void {
    if (text.value?.segment(position).text !== written) show(position, written)
  }

  // --- the open segment --------------------------------------------------------------------------

  function begin(position: number, character: number | null = null): void {
    if (text.value === null || position < 0 || position >= text.value.length) return
    close()
    const before = text.value.segment(position).text
    visits.push({ position, base: before, saved: before, nSaved: 0 })
    open.value = { position, character }
  }

  const sendSoon = useDebounceFn((position: number) => {
    if (open.value?.position === position) void drafts.send({ lessonId, position })
  }, PAUSE_MS)

  /** Keep what stands in the open segment now. */
  function type(typed: string): void {
    const visit = visits.at(-1)
    if (open.value === null || visit === undefined || text.value === null) return
    const { position } = open.value
    const written = typed.replace(/[ \t\r\n]+/gu, ' ').trim()
    const isOnItsWay = drafts.of(lessonId, position)?.state === 'saving'
    if (isSame(written, visit.saved) && !isOnItsWay) {
      drafts.forget({ lessonId, position })
      return
    }
    drafts.keep({ lessonId, position, base: visit.saved, text: written, editor: own.name })
    void sendSoon(position)
  }

  /** Leave the open segment, and save it. */
  function close(): void {
    if (open.value === null) return
    const { position } = open.value
    open.value = null
    const written = drafts.of(lessonId, position)?.text ?? visits.at(-1)?.saved
    if (written !== undefined) put(position, written)
    void drafts.send({ lessonId, position })
    dropIdleVisits()
  }

  /** Leave the open segment as it was before. */
  async function discard(): Promise<void> {
    if (open.value === null) return
    const visit = visits.at(-1)
    open.value = null
    if (visit !== undefined) await undo(visit)
  }

  function closeAndOpen(step: 1 | -1): void {
    const position = (open.value?.position ?? 0) + step
    close()
    begin(position)
  }

  /** Visits that changed nothing are not undone. */
  function dropIdleVisits(): void {
    const kept = visits.filter(
      ({ position, nSaved }) => nSaved > 0 || drafts.of(lessonId, position) !== null,
    )
    visits.splice(0, visits.length, ...kept)
  }

  // --- undoing -----------------------------------------------------------------------------------

  async function tell(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      toasts.show(explain(asFailure(error)).message, { look: 'danger' })
      return false
    }
  }

  /** Give a segment back the text that it had before the last visit. */
  async function undo(visit: Visit | undefined = visits.at(-1)): Promise<void> {
    if (visit === undefined) return
    const { position, base } = visit
    const draft = drafts.of(lessonId, position)
    // What is on its way to the server cannot be called back: it is undone there.
    if (draft?.state === 'saving') await drafts.send(draft)
    visits.splice(visits.indexOf(visit), 1)
    drafts.forget({ lessonId, position })
    const isUndone = await tell(async () => {
      if (visit.nSaved === 0) put(position, base)
      else {
        const history = await getHistory(lessonId, position)
        const edit = history[visit.nSaved - 1]
        if (edit !== undefined) await giveBack(position, edit)
      }
    })
    if (!isUndone) visits.push(visit)
  }

  /** Give a segment the text that stood there before an edit. */
  async function giveBack(position: number, edit: EditPublic): Promise<void> {
    const etag = etagOfSegment((await getSegment(lessonId, position)).value)
    const undone = await undoEdit({ lessonId, editId: edit.id }, own.name, etag)
    put(position, undone.value.text)
    void readEdits()
  }

  /** From the history: what stood before an edit, or with the first of them the machine's words. */
  function restore(position: number, edit: EditPublic): Promise<boolean> {
    return tell(() => giveBack(position, edit))
  }

  async function dismiss(orphan: EditPublic): Promise<void> {
    await tell(async () => {
      await dismissEdit({ lessonId, editId: orphan.id }, own.name)
      orphans.value = orphans.value.filter(({ id }) => id !== orphan.id)
    })
  }

  // --- many at once ------------------------------------------------------------------------------

  /** What is typed is on the server, or cannot be at present. */
  async function settle(): Promise<void> {
    close()
    await Promise.all(pending.value.map((draft) => drafts.send(draft)))
  }

  /** Segments were written elsewhere. */
  function takeWritten(written: readonly SegmentState[]): void {
    for (const { segment, text: present } of written) put(segment, present)
    void readEdits()
  }

  // --- conflicts ---------------------------------------------------------------------------------

  function keepMine(draft: KeptDraft): void {
    void drafts.keepMine(draft)
    if (open.value?.position === draft.position) close()
    else put(draft.position, draft.text)
  }

  function takeTheirs(draft: KeptDraft): void {
    const { position, theirs } = draft
    if (open.value?.position === position) open.value = null
    drafts.forget(draft)
    dropIdleVisits()
    if (theirs !== null) put(position, theirs.text)
  }

  // --- what is known of edits --------------------------------------------------------------------

  async function readEdits(): Promise<void> {
    if (text.value === null) return
    try {
      const found = await getEdits(lessonId)
      edited.value = new Map(
        found.edited.flatMap((edit) => (edit.segment === null ? [] : [[edit.segment, edit]])),
      )
      orphans.value = found.orphans
    } catch (error) {
      asFailure(error) // The marks of edits stay as they were; what matters says that it failed.
    }
  }

  function noticeSaved(draft: Draft, saved: SegmentState): void {
    if (draft.lessonId !== lessonId) return
    const visit = visits.filter(({ position }) => position === draft.position).at(-1)
    if (visit !== undefined) {
      visit.nSaved += 1
      visit.saved = saved.text
    }
    void readEdits()
  }

  /** What is not saved yet is what stands there, whatever the server says. */
  function showPending(): void {
    for (const { position, text: written, state } of pending.value) {
      const isShown = open.value?.position === position || state === 'conflict'
      if (isShown || position >= (text.value?.length ?? 0)) continue
      put(position, written)
    }
  }

  useEventListener(window, 'keydown', (event) => {
    const isUndo = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey)
    const target = event.target instanceof Element ? event.target : null
    // What is typed is undone by the browser.
    if (!isUndo || event.shiftKey || target?.closest(FIELDS) || visits.length === 0) return
    event.preventDefault()
    void undo()
  })
  onScopeDispose(drafts.onSaved(noticeSaved))
  onScopeDispose(close)
  useServerEvent('begin', () => void readEdits())
  watch(text, showPending)
  watch(() => pending.value.length, showPending)
  watch(
    canEdit,
    (can) => {
      if (can) void readEdits()
      else close()
    },
    { immediate: true },
  )

  return {
    open,
    canEdit,
    lookedAt,
    edited,
    orphans,
    pending,
    visits,
    begin,
    type,
    close,
    closeAndOpen,
    discard,
    undo,
    restore,
    dismiss,
    keepMine,
    takeTheirs,
    settle,
    takeWritten,
    look: (position: number | null) => (lookedAt.value = position),
    readHistory: (position: number) => getHistory(lessonId, position),
  }
}

/** Whether two texts have the same words, however these are spaced. */
function isSame(one: string, other: string): boolean {
  return displayWords(one).join(' ') === displayWords(other).join(' ')
}

export type Editing = ReturnType<typeof useEditing>

const EDITING: InjectionKey<Editing> = Symbol('editing')

export function provideEditing(editing: Editing): void {
  provide(EDITING, editing)
}

/** null: the text is only read here. */
export function useGivenEditing(): Editing | null {
  return inject(EDITING, null)
}
