/**
 * The queue of uploads, as a function: what it is after something happened, and what is to be done
 * then. Nothing here sends, waits or remembers: `runner.ts` does, and tells what happened.
 */

import type { RecordingDetails } from '@/api/uploads'
import type { Skipped, SkipReason } from './choosing'
import type { Remembered } from './remembered'
import {
  hasEnded,
  isActive,
  isDetached,
  isDone,
  isLostOnLeaving,
  isOfSameChange,
  isOnWire,
  isSameFile,
  isUnfinished,
  startSending,
  step,
  type Upload,
  type UploadEvent,
} from './upload'

export interface Queue {
  readonly uploads: readonly Upload[]
  /** What was left out of what was given. */
  readonly skipped: readonly Skipped[]
  /** The last key that an upload was given. */
  readonly lastKey: number
}

export const EMPTY: Queue = { uploads: [], skipped: [], lastKey: 0 }
export const MOST_AT_ONCE = 2
export const FIRST_WAIT_MS = 1000
export const LONGEST_WAIT_MS = 30_000

/** A file that comes in, and a name that no other upload has, should it become one. */
export interface Arrival {
  readonly id: string
  readonly file: File
}

export type QueueEvent =
  /** Recordings were dropped or chosen, and what else lay with them. */
  | {
      type: 'added'
      arrivals: readonly Arrival[]
      skipped: readonly Skipped[]
      details: RecordingDetails
    }
  /** What an earlier page has left behind was found in this browser. */
  | { type: 'found'; left: readonly (Remembered & { id: string })[] }
  /** Files were chosen for all that wait for theirs. */
  | { type: 'chosenAgain'; files: readonly File[] }
  | { type: 'cancelled'; key: number }
  /** All that wait for their files are given up. */
  | { type: 'abandoned' }
  /** What has ended is not to be seen any more. */
  | { type: 'cleared' }
  /** The server answers again. */
  | { type: 'online' }
  | { type: 'happened'; key: number; event: UploadEvent }

export type Effect =
  | { type: 'send'; key: number; file: File; details: RecordingDetails; uploadId: string | null }
  | { type: 'stop'; key: number }
  /** Ask the server what becomes of an upload, until that is known. */
  | { type: 'ask'; key: number; uploadId: string }
  /** Ask the server once how an upload stands. */
  | { type: 'look'; key: number; uploadId: string }
  | { type: 'wait'; key: number; ms: number }
  | { type: 'remember'; id: string; upload: Remembered }
  | { type: 'forget'; id: string }
  /** Have the server remove what has come of it. */
  | { type: 'remove'; uploadId: string }
  /** Have the browser ask before the page is left, or no longer. */
  | { type: 'guard'; isGuarded: boolean }
  /** A recording has become a lesson. */
  | { type: 'arrive'; upload: Upload }
  /** Say what has become lessons, now that nothing is on its way any more. */
  | { type: 'tell'; added: readonly Upload[] }

export interface Next {
  readonly queue: Queue
  readonly effects: readonly Effect[]
}

/** The queue after something happened, with what is to be done. */
export function next(before: Queue, event: QueueEvent): Next {
  const started = startNext(after(before, event))
  const effects = [
    ...started.uploads.flatMap((upload) => effectsOn(find(before, upload.key), upload)),
    ...before.uploads.filter(({ key }) => !find(started, key)).flatMap(effectsOfLeaving),
    ...questions(before, started, event),
    ...guard(before, started),
  ]
  const added =
    before.uploads.some(isActive) && !started.uploads.some(isActive) ? untold(started) : []
  if (added.length === 0) return { queue: started, effects }
  return { queue: markTold(started), effects: [...effects, { type: 'tell', added }] }
}

export function find({ uploads }: Queue, key: number): Upload | undefined {
  return uploads.find((each) => each.key === key)
}

// --- what the queue is then ----------------------------------------------------------------------

function after(queue: Queue, event: QueueEvent): Queue {
  switch (event.type) {
    case 'added':
      return event.arrivals.reduce(
        (all, arrival) => take(all, arrival, event.details),
        skip(queue, event.skipped),
      )
    case 'found':
      return event.left
        .filter(({ id }) => queue.uploads.every((upload) => upload.id !== id))
        .reduce((all, known) => put(all, { ...known, file: null }), queue)
    case 'chosenAgain':
      return event.files.reduce(giveBack, queue)
    case 'cancelled':
      return keep(queue, ({ key }) => key !== event.key)
    case 'abandoned':
      return keep(queue, (upload) => !isDetached(upload))
    case 'cleared':
      return { ...keep(queue, (upload) => !hasEnded(upload)), skipped: [] }
    case 'online':
      return change(queue, (upload) => step(upload, { type: 'due' }))
    case 'happened':
      return change(queue, (upload) =>
        upload.key === event.key ? step(upload, event.event) : upload,
      )
    default:
      return event satisfies never
  }
}

function change(queue: Queue, changed: (upload: Upload) => Upload): Queue {
  return { ...queue, uploads: queue.uploads.map(changed) }
}

function keep(queue: Queue, isKept: (upload: Upload) => boolean): Queue {
  return { ...queue, uploads: queue.uploads.filter(isKept) }
}

function skip(queue: Queue, skipped: readonly Skipped[]): Queue {
  return { ...queue, skipped: [...queue.skipped, ...skipped] }
}

function skipFile(queue: Queue, { name }: File, reason: SkipReason): Queue {
  return skip(queue, [{ name, reason }])
}

/** Take a file in; one that is waited for since a reload goes on. */
function take(queue: Queue, { id, file }: Arrival, details: RecordingDetails): Queue {
  const same = queue.uploads.filter((each) => isOfSameChange(each, file))
  const waiting = same.find(isDetached)
  if (waiting) return choose(queue, waiting.key, file)
  if (same.some(isLostOnLeaving)) return skipFile(queue, file, 'already')
  const { name, size, lastModified: modified } = file
  return put(queue, { id, name, size, modified, details: { ...details }, uploadId: null, file })
}

/** Give a file to the first upload that may have waited for it. */
function giveBack(queue: Queue, file: File): Queue {
  const waiting = queue.uploads.find((each) => isDetached(each) && isSameFile(each, file))
  return waiting ? choose(queue, waiting.key, file) : skipFile(queue, file, 'unknown')
}

function choose(queue: Queue, key: number, file: File): Queue {
  return after(queue, { type: 'happened', key, event: { type: 'chosen', file } })
}

function put(queue: Queue, known: Remembered & Pick<Upload, 'id' | 'file'>): Queue {
  const key = queue.lastKey + 1
  const upload: Upload = {
    ...known,
    key,
    sentBytes: 0,
    nWaits: 0,
    standing: known.file === null ? { state: 'detached', failure: null } : { state: 'queued' },
  }
  return { ...queue, uploads: [...queue.uploads, upload], lastKey: key }
}

/** Those whose turn it is are sent, at most MOST_AT_ONCE. */
function startNext(queue: Queue): Queue {
  const isSent = ({ standing: { state } }: Upload) => state === 'sending' || state === 'finishing'
  let nFree = MOST_AT_ONCE - queue.uploads.filter(isSent).length
  return change(queue, (upload) => {
    if (upload.standing.state !== 'queued' || nFree <= 0) return upload
    nFree -= 1
    return startSending(upload)
  })
}

// --- what is to be done then ---------------------------------------------------------------------

/** What follows for an upload from what it was and what it is now. */
function effectsOn(before: Upload | undefined, now: Upload): Effect[] {
  const effects: Effect[] = []
  const { key, id, uploadId, standing } = now
  const was = before?.standing.state
  const isHalted = before && isUnderWay(before) && !isUnderWay(now) && !isDone(now)
  if (isHalted) effects.push({ type: 'stop', key })
  if (isUnfinished(now)) {
    if (before?.uploadId !== uploadId) effects.push({ type: 'remember', id, upload: asKept(now) })
  } else if (before && isUnfinished(before)) effects.push({ type: 'forget', id })
  if (
    standing.state === 'sending' &&
    was !== 'sending' &&
    !standing.isOnWire &&
    uploadId !== null
  ) {
    effects.push({ type: 'ask', key, uploadId })
  }
  if (isOnWire(now) && !(before && isOnWire(before)) && now.file !== null) {
    effects.push({ type: 'send', key, file: now.file, details: now.details, uploadId })
  }
  if (standing.state === 'waiting' && was !== 'waiting') {
    effects.push({ type: 'wait', key, ms: waitOf(now) })
  }
  if (isDone(now) && was !== 'done') effects.push({ type: 'arrive', upload: now })
  return effects
}

function isUnderWay({ standing: { state } }: Upload): boolean {
  return state === 'sending' || state === 'finishing'
}

function asKept({ uploadId, name, size, modified, details }: Upload): Remembered {
  return { uploadId, name, size, modified, details }
}

function waitOf({ nWaits }: Upload): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (nWaits - 1), LONGEST_WAIT_MS)
}

/** An upload was given up, or taken from the list. */
function effectsOfLeaving(upload: Upload): Effect[] {
  const { key, id, uploadId } = upload
  return [
    ...(isUnderWay(upload) ? [{ type: 'stop', key } as const] : []),
    ...(isUnfinished(upload) ? [{ type: 'forget', id } as const] : []),
    ...(uploadId !== null && !isDone(upload) ? [{ type: 'remove', uploadId } as const] : []),
  ]
}

/** What the server is asked, whatever the queue was before. */
function questions(before: Queue, now: Queue, event: QueueEvent): Effect[] {
  const detached = now.uploads.filter(isDetached)
  if (event.type === 'online') return detached.flatMap(look)
  if (event.type === 'found') return detached.filter(({ key }) => !find(before, key)).flatMap(look)
  const upload = event.type === 'happened' ? find(now, event.key) : undefined
  if (upload?.standing.state !== 'finishing' || event.type !== 'happened') return []
  const { key, uploadId } = upload
  const { type } = event.event
  const isAsked = (type === 'whole' || type === 'answered') && uploadId !== null
  return isAsked ? [{ type: 'ask', key, uploadId }] : []
}

/** It may be whole already, or the server may have given it up. */
function look({ key, uploadId }: Upload): Effect[] {
  return uploadId === null ? [] : [{ type: 'look', key, uploadId }]
}

function guard(before: Queue, now: Queue): Effect[] {
  const isGuarded = now.uploads.some(isLostOnLeaving)
  return isGuarded === before.uploads.some(isLostOnLeaving) ? [] : [{ type: 'guard', isGuarded }]
}

function untold({ uploads }: Queue): Upload[] {
  return uploads.filter(({ standing }) => standing.state === 'done' && !standing.isTold)
}

function markTold(queue: Queue): Queue {
  return change(queue, (upload) =>
    upload.standing.state === 'done'
      ? { ...upload, standing: { ...upload.standing, isTold: true } }
      : upload,
  )
}
