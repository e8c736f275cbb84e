import { client, take } from './client'
import type { TaskPage, TaskStatus } from './schema'

export type { TaskPublic, TaskStatus } from './schema'

export interface TaskFilter {
  /** Any of these. */
  status?: TaskStatus[]
  lessonId?: number
  cursor?: string
  limit?: number
}

export function listTasks(filter: TaskFilter = {}): Promise<TaskPage> {
  const { lessonId: lesson_id, ...same } = filter
  return take(client.GET('/api/v1/tasks', { params: { query: { lesson_id, ...same } } }))
}
