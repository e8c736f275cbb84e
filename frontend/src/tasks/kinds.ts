import type { LocationQuery } from 'vue-router'
import type { TaskPublic, TaskStatus } from '@/api/tasks'

export const UNDER_WAY: readonly TaskStatus[] = ['running', 'pending']
export const ENDED: readonly TaskStatus[] = ['completed', 'failed', 'cancelled']
/** In the order in which they are offered. */
export const STATUSES: readonly TaskStatus[] = [
  'running',
  'pending',
  'failed',
  'completed',
  'cancelled',
]
const TYPES = ['process', 'transcription', 'correction', 'summary']

/** The status that an address asks for; null: all. */
export function readStatus(query: LocationQuery): TaskStatus | null {
  return STATUSES.find((status) => status === query.state) ?? null
}

export function isUnderWay(task: TaskPublic): boolean {
  return UNDER_WAY.some((status) => status === task.status)
}

export function isKnownType(taskType: string): boolean {
  return TYPES.includes(taskType)
}

/** Those that run first, the oldest of them first; then those that wait, as they will be taken. */
export function byTurn(one: TaskPublic, other: TaskPublic): number {
  if (one.status !== other.status) return one.status === 'running' ? -1 : 1
  if (one.status === 'pending' && one.priority !== other.priority)
    return other.priority - one.priority
  return one.id - other.id
}

/** What the stages of a task remarked on. */
export function noticesOf(task: TaskPublic): string[] {
  const parts = [task.result, ...Object.values(task.result ?? {})]
  return parts.flatMap((part: unknown) => {
    const notices = (part as { notices?: unknown } | null)?.notices
    return Array.isArray(notices) ? notices.map(String) : []
  })
}
