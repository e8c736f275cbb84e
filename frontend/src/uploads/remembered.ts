/**
 * What this browser knows of unfinished uploads, those that wait their turn included, so that they go
 * on after a reload. The files themselves cannot be kept: they are chosen again.
 *
 * A tab holds a lock for each upload that it has, so that no other tab takes it for abandoned.
 */

import type { RecordingDetails } from '@/api/uploads'

export interface Remembered {
  /** On the server; null: nothing of it has been sent. */
  uploadId: string | null
  name: string
  size: number
  /** When the file was last changed, in milliseconds, as the browser tells. */
  modified: number
  details: RecordingDetails
}

const PREFIX = 'lectern.upload.'

/** A name for an upload that no other has, in any tab. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function remember(id: string, upload: Remembered): void {
  localStorage.setItem(PREFIX + id, JSON.stringify(upload))
}

export function forget(id: string): void {
  localStorage.removeItem(PREFIX + id)
}

/** The unfinished uploads that no other tab has, by their names. */
export async function listAbandoned(): Promise<(Remembered & { id: string })[]> {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
  const locks = 'locks' in navigator ? ((await navigator.locks.query()).held ?? []) : []
  const held = new Set(locks.map((lock) => lock.name))
  const known = keys.filter((key) => !held.has(key)).flatMap(read)
  return known.sort((one, other) => one.name.localeCompare(other.name, [], { numeric: true }))
}

function read(key: string): (Remembered & { id: string })[] {
  try {
    const known = JSON.parse(localStorage.getItem(key) ?? '') as Remembered
    return [{ ...known, id: key.slice(PREFIX.length) }]
  } catch {
    localStorage.removeItem(key) // nothing that we wrote
    return []
  }
}

/** Tell other tabs that this one has an upload; returns what lets go of it. */
export function claim(id: string): () => void {
  if (!('locks' in navigator)) return () => undefined
  let letGo = (): void => undefined
  const held = new Promise<void>((resolve) => (letGo = resolve))
  void navigator.locks.request(PREFIX + id, () => held)
  return () => letGo()
}
