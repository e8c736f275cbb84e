import { computed, ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure, type Failure } from '@/api/failure'
import type { Rerun } from '@/api/reruns'
import { cancelTask, createTask, listTasks, retryTask, type TaskPublic } from '@/api/tasks'

export const ENDED: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled'])
const ENOUGH_TASKS = 20

/** The work on a lesson: what goes on, what failed last, and what can be asked for. */
export function useLessonTasks(lessonId: number) {
  const tasks = ref<TaskPublic[]>([])
  const failure = ref<Failure | null>(null)
  const isAsking = ref(false)

  /** What works on the lesson now, or waits to. */
  const current = computed(
    () =>
      tasks.value.find((task) => task.status === 'running') ??
      tasks.value.find((task) => task.status === 'pending') ??
      null,
  )
  /** The last one, where it failed and nothing was asked for since. */
  const failed = computed(() => {
    const [last] = tasks.value
    return last?.status === 'failed' ? last : null
  })

  function notice(task: TaskPublic): void {
    if (task.lesson_id !== lessonId) return
    const others = tasks.value.filter((other) => other.id !== task.id)
    tasks.value = [...others, task].sort((one, other) => other.id - one.id)
  }

  async function load(): Promise<void> {
    try {
      tasks.value = (await listTasks({ lessonId, limit: ENOUGH_TASKS })).items
    } catch (error) {
      asFailure(error) // the lesson itself says what is wrong
    }
  }

  async function ask(request: () => Promise<TaskPublic>): Promise<void> {
    isAsking.value = true
    failure.value = null
    try {
      notice(await request())
    } catch (error) {
      failure.value = asFailure(error)
    } finally {
      isAsking.value = false
    }
  }

  const start = (task_type: 'process' | 'correction') =>
    ask(() => createTask({ task_type, parameters: { lesson_id: lessonId } }))

  /** Make texts anew, each once the one before it is there. */
  async function rerun(stages: readonly Rerun[]): Promise<void> {
    let before: number | null = null
    for (const { task_type, is_lower_quality } of stages) {
      const consent: Record<string, boolean> = is_lower_quality
        ? { accept_lower_quality: true }
        : {}
      const parameters = { lesson_id: lessonId, ...consent }
      const depends_on: number | null = before
      await ask(() => createTask({ task_type, parameters, depends_on }))
      if (failure.value !== null) return
      before = tasks.value[0]?.id ?? null
    }
  }
  const cancel = (task: TaskPublic) => ask(() => cancelTask(task.id))
  const retry = (task: TaskPublic, acceptLowerQuality: boolean) =>
    ask(() => retryTask(task.id, acceptLowerQuality))

  void load()
  useServerEvent('begin', () => void load())
  useServerEvent('task', notice)

  return { current, failed, failure, isAsking, start, rerun, cancel, retry }
}

export type LessonTasks = ReturnType<typeof useLessonTasks>
