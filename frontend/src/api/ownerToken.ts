/** The token that shows that a request is the owner's: it is kept in this browser. */

const KEPT = 'lectern.owner'

type Listener = () => void

const listeners = new Set<Listener>()

export function keptToken(): string {
  return localStorage.getItem(KEPT) ?? ''
}

/** Keep a token; "" forgets the one that is kept. */
export function keepToken(token: string): void {
  if (token === keptToken()) return
  if (token === '') localStorage.removeItem(KEPT)
  else localStorage.setItem(KEPT, token)
  tellListeners()
}

/** Told when another token is kept, in this tab or in another; returns what ends that. */
export function onOtherToken(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tellListeners(): void {
  for (const listener of listeners) listener()
}

window.addEventListener('storage', ({ key }) => {
  if (key === KEPT || key === null) tellListeners()
})
