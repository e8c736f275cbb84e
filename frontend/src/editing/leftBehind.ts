import type { Pinia } from 'pinia'

/** Drafts are kept in the browser under keys that begin so. */
export const DRAFT_PREFIX = 'lectern.edit.'

/** Have drafts that were left behind sent, whatever page one is on. */
export async function sendLeftBehind(pinia: Pinia): Promise<void> {
  const isAny = Object.keys(localStorage).some((key) => key.startsWith(DRAFT_PREFIX))
  if (!isAny) return
  const { useDrafts } = await import('./drafts')
  useDrafts(pinia)
}
