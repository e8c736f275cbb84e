/**
 * One upload, and what becomes of it when something happens.
 *
 * queued → sending → finishing → done. From sending one comes to `paused` by choice, to `waiting` when
 * the server is gone (it goes on by itself), to `failed` when only a person can help. After a reload
 * an upload is `detached`, until its file is chosen again.
 */

import { Failure } from '@/api/failure'
import { passes, type RecordingDetails, type UploadStatus } from '@/api/uploads'

export type Standing =
  | { readonly state: 'queued' }
  | {
      readonly state: 'sending'
      /** Whether its bytes go out; else the server is asked first how much it has. */
      readonly isOnWire: boolean
      readonly bytesPerSecond: number | null
    }
  | { readonly state: 'finishing' }
  | {
      readonly state: 'done'
      readonly lessonId: number | null
      /** Older lessons with the same recording. */
      readonly sameRecording: readonly number[]
      /** Whether it was said that it is there. */
      readonly isTold: boolean
    }
  | { readonly state: 'paused' }
  | { readonly state: 'waiting'; readonly failure: Failure }
  | { readonly state: 'failed'; readonly failure: Failure }
  /** With a failure: what was chosen for it is another file. */
  | { readonly state: 'detached'; readonly failure: Failure | null }

export type UploadState = Standing['state']

export interface Upload {
  /** In this tab. */
  readonly key: number
  /** Under which this browser remembers it. */
  readonly id: string
  readonly name: string
  readonly size: number
  /** When the file was last changed, in milliseconds. */
  readonly modified: number
  readonly details: RecordingDetails
  /** Null from a reload on, until it is chosen again. */
  readonly file: File | null
  /** On the server, once it has begun there. */
  readonly uploadId: string | null
  readonly sentBytes: number
  /** How often in a row it had to wait without getting on. */
  readonly nWaits: number
  readonly standing: Standing
}

/** What happens to one upload. */
export type UploadEvent =
  /** The server knows it, under this id. */
  | { type: 'begun'; uploadId: string }
  | { type: 'sent'; bytes: number; bytesPerSecond: number | null }
  /** All bytes are there. */
  | { type: 'whole'; uploadId: string }
  /** The server says what became of it. */
  | { type: 'answered'; status: UploadStatus }
  /** It could not be sent, or asked for. */
  | { type: 'broken'; failure: Failure }
  | { type: 'paused' }
  | { type: 'resumed' }
  /** It has waited long enough. */
  | { type: 'due' }
  /** A file was chosen for it. */
  | { type: 'chosen'; file: File }

export const OTHER_FILE = 'other-file'
export const REFUSED = 'recording-refused'

/** Statuses of failures whose reason is the file itself. */
const OF_FILE = new Set([413, 422])
/** Statuses that say that the server has given up what had come. */
const GONE = new Set([404, 410])

/** What an upload is after something happened to it; the same where that cannot be. */
export function step(upload: Upload, event: UploadEvent): Upload {
  switch (event.type) {
    case 'begun':
      return { ...upload, uploadId: event.uploadId }
    case 'sent':
      return afterBytes(upload, event.bytes, event.bytesPerSecond)
    case 'whole':
      return hasEnded(upload)
        ? upload
        : { ...upload, uploadId: event.uploadId, standing: { state: 'finishing' } }
    case 'answered':
      return afterAnswer(upload, event.status)
    case 'broken':
      return afterFailure(upload, event.failure)
    case 'paused':
      return isActive(upload) ? { ...upload, standing: { state: 'paused' } } : upload
    case 'resumed':
      return canResume(upload) ? inQueue(upload) : upload
    case 'due':
      return upload.standing.state === 'waiting' ? inQueue(upload) : upload
    case 'chosen':
      return upload.standing.state === 'detached' ? afterChoice(upload, event.file) : upload
    default:
      return event satisfies never
  }
}

function inQueue(upload: Upload): Upload {
  return { ...upload, standing: { state: 'queued' } }
}

/** Its turn has come: the server is asked first where it has heard of it. */
export function startSending(upload: Upload): Upload {
  if (upload.uploadId === null) return putOnWire(upload)
  return { ...upload, standing: { state: 'sending', isOnWire: false, bytesPerSecond: null } }
}

function putOnWire(upload: Upload): Upload {
  const standing: Standing =
    upload.file === null
      ? { state: 'detached', failure: null }
      : { state: 'sending', isOnWire: true, bytesPerSecond: null }
  return { ...upload, standing }
}

function afterBytes(upload: Upload, bytes: number, bytesPerSecond: number | null): Upload {
  if (!isOnWire(upload)) return upload
  const isWhole = bytes === upload.size
  const standing: Standing = isWhole
    ? { state: 'finishing' }
    : { state: 'sending', isOnWire: true, bytesPerSecond }
  return { ...upload, standing, sentBytes: bytes, nWaits: 0 }
}

function afterAnswer(upload: Upload, status: UploadStatus): Upload {
  if (hasEnded(upload)) return upload
  switch (status.stage) {
    case 'receiving': {
      // What goes out meanwhile is known better here.
      if (isOnWire(upload)) return upload
      const known = { ...upload, sentBytes: status.offset }
      return upload.standing.state === 'sending' ? putOnWire(known) : known
    }
    case 'whole':
      return { ...upload, sentBytes: upload.size, standing: { state: 'finishing' } }
    case 'refused':
      return { ...upload, standing: { state: 'failed', failure: refusalOf(status) } }
    case 'done':
      return { ...upload, sentBytes: upload.size, standing: doneBy(status) }
    default:
      return status.stage satisfies never
  }
}

function doneBy({ lesson_id, same_recording }: UploadStatus): Standing {
  return { state: 'done', lessonId: lesson_id, sameRecording: same_recording, isTold: false }
}

function refusalOf({ refusal, refusal_code: code }: UploadStatus): Failure {
  return new Failure({ code: code ?? REFUSED, status: 422, detail: refusal ?? '' })
}

function afterFailure(upload: Upload, failure: Failure): Upload {
  const { state } = upload.standing
  const isForgotten = GONE.has(failure.status)
  // Its file can still be sent, from its beginning.
  if (isForgotten && state === 'detached') return anew(upload)
  if (isForgotten && state === 'sending' && !isOnWire(upload)) return putOnWire(anew(upload))
  if (state !== 'sending' && state !== 'finishing') return upload
  if (!passes(failure)) return { ...upload, standing: { state: 'failed', failure } }
  return { ...upload, nWaits: upload.nWaits + 1, standing: { state: 'waiting', failure } }
}

function anew(upload: Upload): Upload {
  return { ...upload, uploadId: null, sentBytes: 0 }
}

function afterChoice(upload: Upload, file: File): Upload {
  if (isSameFile(upload, file)) return { ...inQueue(upload), file }
  return { ...upload, standing: { state: 'detached', failure: new Failure({ code: OTHER_FILE }) } }
}

export function isOnWire({ standing }: Upload): boolean {
  return standing.state === 'sending' && standing.isOnWire
}

export function isActive({ standing: { state } }: Upload): boolean {
  return ['queued', 'sending', 'finishing', 'waiting'].includes(state)
}

export function isDetached({ standing }: Upload): boolean {
  return standing.state === 'detached'
}

export function isDone({ standing }: Upload): boolean {
  return standing.state === 'done'
}

/** Whether nothing happens to it any more, unless somebody does something. */
export function hasEnded({ standing: { state } }: Upload): boolean {
  return state === 'done' || state === 'failed'
}

/** Why it failed, or waits, or goes on without the file that was chosen. */
export function reasonOf({ standing }: Upload): Failure | null {
  return 'failure' in standing ? standing.failure : null
}

/** Whether its failure lies in the file, so that trying again cannot help. */
export function isOfFile(upload: Upload): boolean {
  return OF_FILE.has(reasonOf(upload)?.status ?? 0)
}

/** Whether a person can have it go on. */
export function canResume(upload: Upload): boolean {
  const { state } = upload.standing
  if (state === 'failed') return upload.file !== null && !isOfFile(upload)
  return state === 'paused' || state === 'waiting'
}

/** Whether its file would have to be chosen again if the page were left now. */
export function isLostOnLeaving({ standing: { state } }: Upload): boolean {
  return ['queued', 'sending', 'waiting', 'paused'].includes(state)
}

/** Whether it can still become a lesson, in this tab or after a reload. */
export function isUnfinished(upload: Upload): boolean {
  return !hasEnded(upload) || canResume(upload)
}

export type FileFacts = Pick<File, 'name' | 'size' | 'lastModified'>

/** Whether an upload may be of this file: its name and size are all that a reload leaves. */
export function isSameFile(upload: Upload, file: FileFacts): boolean {
  return upload.name === file.name && upload.size === file.size
}

/** Whether an upload is of exactly this file. */
export function isOfSameChange(upload: Upload, file: FileFacts): boolean {
  return isSameFile(upload, file) && upload.modified === file.lastModified
}
