import { serverGone } from './failure'
import { tellUnreachable } from './reachability'
import type { CheckPublic, Health, NotReady, Readiness } from './schema'

export type { CheckPublic } from './schema'

/** Whether the server answers. */
export async function isServerThere(): Promise<boolean> {
  try {
    return (await fetch('/healthz', { cache: 'no-store' })).ok
  } catch {
    tellUnreachable()
    return false
  }
}

export interface ServerHealth {
  version: string
  isReady: boolean
  checks: readonly CheckPublic[]
}

/**
 * Whether the server can do its work, and what keeps it from it.
 *
 * @throws Failure
 */
export async function getServerHealth(): Promise<ServerHealth> {
  try {
    const [alive, ready] = await Promise.all([
      fetch('/healthz', { cache: 'no-store' }),
      fetch('/readyz', { cache: 'no-store' }), // a 503 has the checks, too
    ])
    const { version } = (await alive.json()) as Health
    const { checks } = (await ready.json()) as Readiness | NotReady
    return { version, isReady: ready.ok, checks }
  } catch {
    tellUnreachable()
    throw serverGone()
  }
}
