import type { Pinia } from 'pinia'
import { listDraftKeys } from './draftKeys'

/** Have drafts that were left behind sent, whatever page one is on. */
export async function sendLeftBehind(pinia: Pinia): Promise<void> {
  if (listDraftKeys().length === 0) return
  const { useDrafts } = await import('./drafts')
  useDrafts(pinia)
}
