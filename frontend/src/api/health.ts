import { tellUnreachable } from './reachability'

/** Whether the server answers. */
export async function isServerThere(): Promise<boolean> {
  try {
    return (await fetch('/healthz', { cache: 'no-store' })).ok
  } catch {
    tellUnreachable()
    return false
  }
}
