import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref } from 'vue'
import { useConnection } from '@/api/connection'
import { asFailure } from '@/api/failure'
import { listTasks, type TaskPublic } from '@/api/tasks'
import { isUnderWay } from './kinds'

const MOST_TASKS = 200

/** How many tasks are under way, and how many failed since somebody last looked at the tasks. */
export const useTaskNews = defineStore('task-news', () => {
  const tasks = ref(new Map<number, TaskPublic>())
  const seenUntil = useLocalStorage('lectern.tasks-seen-until', '')
  const connection = useConnection()

  const underWay = computed(() => [...tasks.value.values()].filter(isUnderWay).length)
  const failed = computed(() => [...tasks.value.values()].filter(isUnseenFailure).length)

  function isUnseenFailure({ status, end_date: end }: TaskPublic): boolean {
    return status === 'failed' && end !== null && end > seenUntil.value
  }

  function notice(task: TaskPublic): void {
    if (isUnderWay(task) || task.status === 'failed') tasks.value.set(task.id, task)
    else tasks.value.delete(task.id)
  }

  async function load(): Promise<void> {
    try {
      const { items } = await listTasks({
        status: ['running', 'pending', 'failed'],
        limit: MOST_TASKS,
      })
      tasks.value = new Map(items.map((task) => [task.id, task]))
    } catch (error) {
      asFailure(error) // nothing is shown that is not known
    }
  }

  /** From now on the failures until now are known to the person. */
  function markSeen(): void {
    for (const { status, end_date: end } of tasks.value.values()) {
      if (status === 'failed' && end !== null && end > seenUntil.value) seenUntil.value = end
    }
  }

  onScopeDispose(connection.on('begin', () => void load()))
  onScopeDispose(connection.on('task', notice))

  return { underWay, failed, markSeen }
})
