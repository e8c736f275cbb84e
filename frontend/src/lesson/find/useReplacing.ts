import { refDebounced } from '@vueuse/core'
import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import {
  editSegments,
  previewReplacements,
  undoEdits,
  type Places,
  type WrittenSegment,
} from '@/api/edits'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import type { Editing } from '@/editing/useEditing'
import { useExplanation } from '@/failures/useExplanation'
import { useOwnName } from '@/people/ownName'
import { useToasts } from '@/ui/toasts'
import { changesOf, placesOf } from './replacing'

const TYPING_MS = 250
const NONE: Places = { n_places: 0, items: [] }

interface Wanted {
  words: string
  newWords: string
  wholeWords: boolean
  matchCase: boolean
}

/** Replacing words in a lesson: each place is shown first, and can be left out. */
export function useReplacing(lessonId: number, editing: Editing, isOpen: Readonly<Ref<boolean>>) {
  const { t } = useI18n()
  const toasts = useToasts()
  const own = useOwnName()
  const { explain } = useExplanation()

  const wanted = reactive<Wanted>({ words: '', newWords: '', wholeWords: true, matchCase: false })
  const settled = refDebounced(
    computed(() => ({ ...wanted })),
    TYPING_MS,
  )
  const found = shallowRef<Places>(NONE)
  /** What the places were looked for with. */
  const lookedFor = shallowRef<Wanted | null>(null)
  /** Whether what is shown is what would be done. */
  const isCurrent = computed(() => isSame(lookedFor.value, wanted))
  const leftOut = reactive(new Set<string>())
  const isBusy = ref(false)
  /** Others were quicker: the places have been read anew. */
  const isChanged = ref(false)
  const failure = shallowRef<Failure | null>(null)
  const places = computed(() => placesOf(found.value))
  const nChosen = computed(() => places.value.filter(({ key }) => !leftOut.has(key)).length)
  let request = new AbortController()

  async function look(): Promise<void> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    const asked = { ...wanted }
    // What is put there leaves the places where they are.
    if (!isSame(lookedFor.value, { ...asked, newWords: lookedFor.value?.newWords ?? '' })) {
      leftOut.clear()
    }
    failure.value = null
    try {
      const isAsked = isOpen.value && asked.words.trim() !== ''
      const next = isAsked ? await previewReplacements(lessonId, asked, signal) : NONE
      if (signal.aborted) return
      found.value = next
      lookedFor.value = asked
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) failure.value = asFailure(error)
    }
  }

  watch(isOpen, async (open) => {
    isChanged.value = false
    lookedFor.value = null
    if (!open) return
    await editing.settle()
    await look()
  })
  watch(settled, () => {
    isChanged.value = false
    void look()
  })

  /** Whether it was done. */
  async function replace(): Promise<boolean> {
    const n = nChosen.value
    isBusy.value = true
    try {
      const changes = changesOf(found.value, leftOut)
      const written = await editSegments(lessonId, changes, own.name)
      editing.takeWritten(written)
      const action = { label: t('lesson.replace.undo'), run: () => void undo(written) }
      toasts.show(t('lesson.replace.done', { n }, n), { action })
      return true
    } catch (error) {
      await meet(asFailure(error))
      return false
    } finally {
      isBusy.value = false
    }
  }

  async function meet(met: Failure): Promise<void> {
    if (met.isConflict) {
      lookedFor.value = null
      await look()
      isChanged.value = true
    } else failure.value = met
  }

  async function undo(written: readonly WrittenSegment[]): Promise<void> {
    const edits = written.flatMap(({ edit, version }) => (edit === null ? [] : [{ edit, version }]))
    try {
      editing.takeWritten(await undoEdits(lessonId, edits, own.name))
      toasts.show(t('lesson.replace.undone'))
    } catch (error) {
      const met = asFailure(error)
      const text = met.isConflict ? t('lesson.replace.changedSince') : explain(met).message
      toasts.show(text, { look: 'danger' })
    }
  }

  return { wanted, places, leftOut, nChosen, isCurrent, isBusy, isChanged, failure, replace }
}

function isSame(one: Wanted | null, other: Wanted): boolean {
  return (
    one !== null &&
    Object.entries(other).every(([key, value]) => one[key as keyof Wanted] === value)
  )
}
