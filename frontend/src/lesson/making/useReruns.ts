import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import type { LessonPublic } from '@/api/lessons'
import { listReruns, restoreLayer, type Rerun } from '@/api/reruns'

/** What making each text of a lesson anew would do; read again whenever the lesson is. */
export function useReruns(lessonId: number, lesson: Readonly<Ref<LessonPublic | null>>) {
  const reruns = shallowRef<readonly Rerun[]>([])
  const failure = shallowRef<Failure | null>(null)
  let request = new AbortController()

  async function load(): Promise<void> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    try {
      const found = await listReruns(lessonId, signal)
      if (signal.aborted) return
      reruns.value = found
      failure.value = null
    } catch (error) {
      if (signal.aborted || isAbort(error)) return
      failure.value = asFailure(error)
    }
  }

  watch(lesson, (found) => {
    if (found?.has_transcript === true) void load()
  })
  onScopeDispose(() => request.abort())

  const former = computed(() => reruns.value.filter((rerun) => rerun.former !== null))
  const isCorrectionDue = computed(() =>
    reruns.value.some((rerun) => {
      return rerun.task_type === 'correction' && rerun.has_text && rerun.is_due
    }),
  )

  async function restore(rerun: Rerun): Promise<void> {
    if (rerun.layer !== null) await restoreLayer(lessonId, rerun.layer)
  }

  return { reruns, former, isCorrectionDue, failure, load, restore }
}

export type Reruns = ReturnType<typeof useReruns>
