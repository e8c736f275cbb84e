/** Which of the files that are given are recordings, and what is said of the others. */

import { LARGEST_BYTES } from '@/api/uploads'
import { isLeftAlone } from './leftAlone'

/** A file that was dropped or chosen, by itself or within a folder. */
export interface Found {
  file: File
  isInFolder: boolean
}

/**
 * Why a file is left out: `already`: it is on its way; `unknown`: it is none of those that were asked
 * for; `unreadable`: the browser may not read it.
 */
export type SkipReason =
  'hidden' | 'other' | 'empty' | 'tooLarge' | 'already' | 'unknown' | 'unreadable'

export interface Skipped {
  name: string
  reason: SkipReason
}

/** Endings whose type some browsers do not know. */
export const ENDINGS = [
  ...['.m4a', '.mka', '.mkv', '.opus', '.wma', '.amr', '.aac', '.flac', '.ogg', '.oga'],
  ...['.mp3', '.wav', '.webm', '.mp4', '.mov', '.m4b', '.aiff', '.aif', '.caf', '.3gp'],
]

/** What says nothing of what a file holds. */
const NO_TYPES = new Set(['', 'application/octet-stream'])

export function sortOut(found: Iterable<Found>): { files: File[]; skipped: Skipped[] } {
  const files: File[] = []
  const skipped: Skipped[] = []
  for (const each of found) {
    const reason = reasonAgainst(each)
    if (reason === null) files.push(each.file)
    else skipped.push({ name: each.file.name, reason })
  }
  return { files, skipped }
}

function reasonAgainst({ file, isInFolder }: Found): SkipReason | null {
  if (isInFolder && isHidden(file)) return 'hidden'
  if (!mayBeRecording(file, isInFolder)) return 'other'
  if (file.size === 0) return 'empty'
  return file.size > LARGEST_BYTES ? 'tooLarge' : null
}

/** As systems and programs name what is none of people's business. */
function isHidden({ name, webkitRelativePath: path }: File): boolean {
  return (path || name).split('/').some(isLeftAlone)
}

/** Of what was named by itself the server finds out; from a folder nobody asked for all of it. */
function mayBeRecording({ name, type }: File, isInFolder: boolean): boolean {
  if (/^(audio|video)\//.test(type)) return true
  const lower = name.toLowerCase()
  return ENDINGS.some((ending) => lower.endsWith(ending)) || (!isInFolder && NO_TYPES.has(type))
}
