import { client, take } from './client'
import type { TaskNew, TaskPage, TaskPublic, TaskStatus } from './schema'

export type { TaskDoing, TaskPage, TaskPublic, TaskStatus } from './schema'

export interface TaskFilter {
  /** Any of these. */
  status?: TaskStatus[]
  lessonId?: number
  cursor?: string
  limit?: number
}

export function listTasks(filter: TaskFilter = {}, signal?: AbortSignal): Promise<TaskPage> {
  const { lessonId: lesson_id, ...same } = filter
  return take(client.GET('/api/v1/tasks', { params: { query: { lesson_id, ...same } }, signal }))
}

/** Ask for background work. */
export function createTask(
  task: Pick<TaskNew, 'task_type' | 'parameters'> & Partial<Pick<TaskNew, 'depends_on'>>,
): Promise<TaskPublic> {
  const body = { priority: 0, ...task }
  return take(client.POST('/api/v1/tasks', { body }))
}

/** Stop a task that has not ended; what it has stored is kept. */
export function cancelTask(taskId: number): Promise<TaskPublic> {
  const path = { task_id: taskId }
  return take(client.POST('/api/v1/tasks/{task_id}/cancel', { params: { path } }))
}

/**
 * Let a failed or cancelled task run again, from the last piece that it stored.
 *
 * @param acceptLowerQuality - Whether a better text may now go for a worse one.
 */
export function retryTask(taskId: number, acceptLowerQuality = false): Promise<TaskPublic> {
  const path = { task_id: taskId }
  const query = acceptLowerQuality ? { accept_lower_quality: true } : {}
  return take(client.POST('/api/v1/tasks/{task_id}/retry', { params: { path, query } }))
}
