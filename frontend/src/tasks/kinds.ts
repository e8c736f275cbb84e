import type { LocationQuery } from 'vue-router'
import type { TaskDoing, TaskPublic, TaskStatus } from '@/api/tasks'

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

/** The status that an address asks for; null: all. */
export function readStatus(query: LocationQuery): TaskStatus | null {
  return STATUSES.find((status) => status === query.state) ?? null
}

export function isUnderWay(task: TaskPublic): boolean {
  return UNDER_WAY.some((status) => status === task.status)
}

/** Those that run first, the oldest of them first; then those that wait, as they will be taken. */
export function byTurn(one: TaskPublic, other: TaskPublic): number {
  if (one.status !== other.status) return one.status === 'running' ? -1 : 1
  if (one.status === 'pending' && one.priority !== other.priority)
    return other.priority - one.priority
  return one.id - other.id
}

/** Whether its stage has nothing to show yet, though it may be at work for long. */
export function hasNotAdvanced({ code, done }: TaskDoing): boolean {
  return code !== 'working' || !done
}

/** How much of a running task its bar shows; null: it is at something that cannot be measured. */
export function shareOf({ doing, progress }: TaskPublic): number | null {
  return doing !== null && hasNotAdvanced(doing) ? null : progress
}

/** What a stage remarked on; `text` is the server's own, `code` "" where it has none. */
export interface Notice {
  code: string
  text: string
  facts: Record<string, unknown>
}

/** What the stages of a task remarked on. */
export function noticesOf(task: TaskPublic): Notice[] {
  const parts = [task.result, ...Object.values(task.result ?? {})]
  return parts.flatMap((part: unknown) => {
    const notices = (part as { notices?: unknown } | null)?.notices
    return Array.isArray(notices) ? notices.map(readNotice) : []
  })
}

function readNotice(stored: unknown): Notice {
  if (typeof stored !== 'object' || stored === null) {
    return { code: '', text: String(stored), facts: {} }
  }
  const { code = '', text = '', ...facts } = stored as Record<string, unknown>
  return { code: String(code), text: String(text), facts }
}
