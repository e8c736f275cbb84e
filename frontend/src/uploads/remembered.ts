/**
 * What this browser knows of unfinished uploads, so that they go on after a reload. The file itself
 * cannot be kept: it is chosen again.
 *
 * A tab holds a lock for each upload that it sends, so that no other tab takes it for abandoned.
 */

import type { RecordingDetails } from '@/api/uploads'

export interface Remembered {
  uploadId: string
  name: string
  size: number
  /** When the file was last changed, in milliseconds, as the browser tells. */
  modified: number
  details: RecordingDetails
}

const PREFIX = 'lectern.upload.'

export function remember(upload: Remembered): void {
  localStorage.setItem(PREFIX + upload.uploadId, JSON.stringify(upload))
}

export function forget(uploadId: string): void {
  localStorage.removeItem(PREFIX + uploadId)
}

/** The unfinished uploads that no other tab sends. */
export async function listAbandoned(): Promise<Remembered[]> {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
  const locks = 'locks' in navigator ? ((await navigator.locks.query()).held ?? []) : []
  const held = new Set(locks.map((lock) => lock.name))
  return keys.filter((key) => !held.has(key)).flatMap(read)
}

function read(key: string): Remembered[] {
  try {
    return [JSON.parse(localStorage.getItem(key) ?? '') as Remembered]
  } catch {
    localStorage.removeItem(key) // nothing that we wrote
    return []
  }
}

/** Tell other tabs that this one sends an upload; returns what lets go of it. */
export function claim(uploadId: string): () => void {
  if (!('locks' in navigator)) return () => undefined
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  void navigator.locks.request(PREFIX + uploadId, () => held)
  return () => letGo()
}
