/** Requests tell here that no answer came; the connection listens. */

type Listener = () => void

const listeners = new Set<Listener>()

/** Returns what ends the listening. */
export function onUnreachable(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function tellUnreachable(): void {
  for (const listener of listeners) listener()
}
