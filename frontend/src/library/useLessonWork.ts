import { ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure } from '@/api/failure'
import { listTasks, type TaskPublic, type TaskStatus } from '@/api/tasks'

const UNDER_WAY: TaskStatus[] = ['pending', 'running']
const MOST_TASKS = 200

/** The task that works on each lesson now, or waits to. */
export function useLessonWork() {
  const work = ref(new Map<number, TaskPublic>())

  function notice(task: TaskPublic): void {
    if (task.lesson_id === null) return
    const isUnderWay = UNDER_WAY.some((status) => status === task.status)
    if (isUnderWay) work.value.set(task.lesson_id, task)
    else if (work.value.get(task.lesson_id)?.id === task.id) work.value.delete(task.lesson_id)
  }

  async function load(): Promise<void> {
    try {
      const { items } = await listTasks({ status: UNDER_WAY, limit: MOST_TASKS })
      work.value = new Map()
      // Those that run come last, so that they hide what waits for the same lesson.
      const isRunning = (task: TaskPublic) => Number(task.status === 'running')
      items.sort((one, other) => isRunning(one) - isRunning(other)).forEach(notice)
    } catch (error) {
      asFailure(error) // the list itself says what is wrong; the lessons are shown without
    }
  }

  // The stream begins with `begin`, so this is the first time, too.
  useServerEvent('begin', () => void load())
  useServerEvent('task', notice)

  return work
}
