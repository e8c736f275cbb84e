import { onScopeDispose, ref, shallowRef } from 'vue'
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

/** A lesson with its texts, read again when work on it ends, or the server was away. */
export function useLesson(lessonId: number) {
  const lesson = shallowRef<LessonPublic | null>(null)
  const etag = ref('*')
  const heard = shallowRef<LessonText | null>(null)
  const corrected = shallowRef<LessonText | null>(null)
  const summary = shallowRef<Summary | null>(null)
  /** Whether the texts, those that there are, have come. */
  const isRead = ref(false)
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

  async function loadTexts(found: LessonPublic, signal: AbortSignal): Promise<void> {
    const { id, has_transcript, has_corrected_transcript, has_summary } = found
    const texts = await Promise.all([
      has_transcript ? getTranscript(id, signal) : null,
      has_corrected_transcript ? getCorrectedTranscript(id, signal) : null,
      has_summary ? getSummary(id, signal) : null,
    ])
    if (signal.aborted) return
    heard.value = asText(texts[0])
    corrected.value = asText(texts[1])
    summary.value = texts[2]
    isRead.value = true
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
    if (hasBegun) loadSoon()
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

  return { lesson, etag, heard, corrected, summary, isRead, failure, load, show }
}

function asText(segments: SegmentPublic[] | null): LessonText | null {
  return segments && new LessonText(segments)
}
