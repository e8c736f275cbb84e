import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { asFailure, isAbort } from '@/api/failure'
import { getTranscriptSoFar } from '@/api/lesson-texts'
import type { TaskPublic } from '@/api/tasks'
import { LessonText } from './transcript/LessonText'

const BETWEEN_MS = 1500

/** What a first transcription has finished, read again as its task gets on. */
export function useTextSoFar(
  lessonId: number,
  task: Readonly<Ref<TaskPublic | null>>,
  isWanted: Readonly<Ref<boolean>>,
) {
  const soFar = shallowRef<LessonText | null>(null)
  let request = new AbortController()
  let timer: number | undefined
  let readAt = 0

  async function read(): Promise<void> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    readAt = Date.now()
    try {
      const { segments } = await getTranscriptSoFar(lessonId, signal)
      if (signal.aborted || segments.length === (soFar.value?.length ?? 0)) return
      soFar.value = new LessonText(segments)
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) asFailure(error) // the next progress reads it again
    }
  }

  watch(
    [isWanted, () => task.value?.progress, () => task.value?.status],
    ([wanted]) => {
      clearTimeout(timer)
      if (!wanted) soFar.value = null
      if (!wanted || task.value?.status !== 'running') return
      timer = window.setTimeout(() => void read(), Math.max(0, readAt + BETWEEN_MS - Date.now()))
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    request.abort()
  })

  return soFar
}
