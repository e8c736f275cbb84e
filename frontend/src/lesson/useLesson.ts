import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import { getLesson, type LessonPublic } from '@/api/lessons'
import {
  getCorrectedTranscript,
  getSummary,
  getTranscript,
  type SegmentPublic,
  type Summary,
} from '@/api/lesson-texts'
import { ENDED } from './useLessonTasks'
import { LessonText } from './transcript/LessonText'

const SETTLE_MS = 200
/** After an edit: by then it has been sent, and perhaps the next one is written. */
const EDITED_MS = 3000

/** A lesson with its texts, read again when work on it ends, or the server was away. */
export function useLesson(lessonId: number) {
  const lesson = shallowRef<LessonPublic | null>(null)
  const etag = ref('*')
  const heard = shallowRef<LessonText | null>(null)
  const corrected = shallowRef<LessonText | null>(null)
  const summary = shallowRef<Summary | null>(null)
  /** Whether the texts, those that there are, have come. */
  const isRead = ref(false)
  /** Nothing of it has been transcribed to the end. */
  const isFirst = computed(() => isRead.value && heard.value === null && corrected.value === null)
  const failure = ref<Failure | null>(null)
  let request = new AbortController()

  function show(found: { value: LessonPublic; etag: string }): void {
    lesson.value = found.value
    etag.value = found.etag
  }

  async function load(): Promise<void> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    try {
      const found = await getLesson(lessonId, signal)
      if (signal.aborted) return
      show(found)
      await loadTexts(found.value, signal)
      if (!signal.aborted) failure.value = null
    } catch (error) {
      if (signal.aborted || isAbort(error)) return
      failure.value = asFailure(error)
    }
  }

  /** The text that is read first, and then the one that it is compared with. */
  async function loadTexts(found: LessonPublic, signal: AbortSignal): Promise<void> {
    const { id, has_transcript, has_corrected_transcript, has_summary } = found
    const isCorrected = has_corrected_transcript
    const readHeard = async () => asText(has_transcript ? await getTranscript(id, signal) : null)
    const [newCorrected, onlyText, newSummary] = await Promise.all([
      isCorrected ? getCorrectedTranscript(id, signal) : null,
      isCorrected ? null : readHeard(),
      has_summary ? getSummary(id, signal) : null,
    ])
    if (signal.aborted) return
    corrected.value = asText(newCorrected)
    summary.value = newSummary
    if (!isCorrected) heard.value = onlyText
    isRead.value = true
    if (!isCorrected) return
    const newHeard = await readHeard()
    if (!signal.aborted) heard.value = newHeard
  }

  void load()

  let settleTimer: number | undefined
  function loadSoon(): void {
    clearTimeout(settleTimer)
    settleTimer = window.setTimeout(() => void load(), SETTLE_MS)
  }
  let hasBegun = false
  useServerEvent('begin', () => {
    // The first one tells of the time before the page was read.
    if (hasBegun || failure.value !== null) loadSoon()
    hasBegun = true
  })
  useServerEvent('task', (task) => {
    const isStageDone = task.result !== null && task.status === 'pending'
    if (task.lesson_id === lessonId && (ENDED.has(task.status) || isStageDone)) loadSoon()
  })
  onScopeDispose(() => {
    clearTimeout(settleTimer)
    request.abort()
  })

  /** Show a segment of the text that readers see as a person has edited it. */
  function showEdited(position: number, text: string): void {
    const edited = corrected.value ?? heard.value
    if (edited !== null) corrected.value = edited.withText(position, text)
    void renewSummary()
  }

  /** It may be older than the text now. */
  const renewSummary = useDebounceFn(async () => {
    const { signal } = request
    if (summary.value === null) return
    try {
      const found = await getSummary(lessonId, signal)
      if (!signal.aborted) summary.value = found
    } catch (error) {
      asFailure(error) // it is read again with the lesson
    }
  }, EDITED_MS)

  return {
    lesson,
    etag,
    heard,
    corrected,
    summary,
    isRead,
    isFirst,
    failure,
    load,
    show,
    showEdited,
  }
}

export type WholeLesson = ReturnType<typeof useLesson>

function asText(segments: SegmentPublic[] | null): LessonText | null {
  return segments && new LessonText(segments)
}
