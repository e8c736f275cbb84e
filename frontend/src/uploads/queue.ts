/**
 * How an upload goes from state to state, and which is sent next. Nothing here sends, waits or
 * remembers: `uploads.ts` does, and tells what happened.
 *
 * queued → sending → finishing → done. From sending one comes to `paused` by choice, to `waiting` when
 * the server is gone (it goes on by itself), to `failed` when only a person can help. After a reload
 * an upload is `detached`, until its file is chosen again.
 */

import { Failure } from '@/api/failure'
import { passes, type RecordingDetails, type UploadStatus } from '@/api/uploads'

export type UploadState =
  'queued' | 'sending' | 'finishing' | 'done' | 'paused' | 'waiting' | 'failed' | 'detached'

export interface Upload {
  /** In this tab. */
  readonly key: number
  readonly name: string
  readonly size: number
  /** When the file was last changed, in milliseconds. */
  readonly modified: number
  readonly details: RecordingDetails
  readonly state: UploadState
  readonly sentBytes: number
  readonly bytesPerSecond: number | null
  /** Why it failed, or waits. */
  readonly failure: Failure | null
  /** On the server, once it has begun there. */
  readonly uploadId: string | null
  readonly lessonId: number | null
  /** Older lessons with the same recording. */
  readonly sameRecording: readonly number[]
}

export type UploadEvent =
  /** It is to be sent, from wherever it stands. */
  | { type: 'queued' }
  | { type: 'sending' }
  | { type: 'begun'; uploadId: string }
  | { type: 'sent'; bytes: number; bytesPerSecond: number | null }
  /** The server has given up what had come: all is sent again. */
  | { type: 'lost' }
  | { type: 'whole' }
  /** The server says what became of it. */
  | { type: 'settled'; status: UploadStatus }
  | { type: 'broken'; failure: Failure }
  | { type: 'paused' }
  /** There is something left to send, and its file is not here. */
  | { type: 'missed' }
  /** A file was chosen for it that is another one. */
  | { type: 'mistaken' }

export const MOST_AT_ONCE = 2
export const OTHER_FILE = 'other-file'
export const REFUSED = 'recording-refused'

/** Statuses of failures whose reason is the file itself. */
const OF_FILE = new Set([413, 422])

export function newUpload(
  known: Pick<Upload, 'key' | 'name' | 'size' | 'modified' | 'details' | 'state' | 'uploadId'>,
): Upload {
  return {
    sentBytes: 0,
    bytesPerSecond: null,
    failure: null,
    lessonId: null,
    sameRecording: [],
    ...known,
  }
}

/** What an upload is after something happened to it; the same where that cannot be. */
export function step(upload: Upload, event: UploadEvent): Upload {
  const idle = { bytesPerSecond: null }
  switch (event.type) {
    case 'queued':
      return upload.state === 'done' ? upload : { ...upload, state: 'queued', failure: null }
    case 'sending':
      return upload.state === 'queued' ? { ...upload, state: 'sending' } : upload
    case 'begun':
      return { ...upload, uploadId: event.uploadId }
    case 'sent':
      return afterBytes(upload, event.bytes, event.bytesPerSecond)
    case 'lost':
      return { ...upload, uploadId: null, sentBytes: 0 }
    case 'whole':
      return { ...upload, ...idle, state: 'finishing' }
    case 'settled':
      return afterAnswer(upload, event.status)
    case 'broken': {
      const state = passes(event.failure) ? 'waiting' : 'failed'
      return { ...upload, ...idle, state, failure: event.failure }
    }
    case 'paused':
      return isActive(upload) ? { ...upload, ...idle, state: 'paused' } : upload
    case 'missed':
      return { ...upload, ...idle, state: 'detached' }
    case 'mistaken':
      return { ...upload, failure: new Failure({ code: OTHER_FILE }) }
    default:
      return event satisfies never
  }
}

function afterBytes(upload: Upload, bytes: number, bytesPerSecond: number | null): Upload {
  const isWhole = upload.state === 'sending' && bytes === upload.size
  const state = isWhole ? 'finishing' : upload.state
  return { ...upload, state, sentBytes: bytes, bytesPerSecond }
}

function afterAnswer(upload: Upload, status: UploadStatus): Upload {
  const idle = { ...upload, bytesPerSecond: null }
  switch (status.stage) {
    case 'receiving':
      return { ...idle, sentBytes: status.offset }
    case 'whole':
      return { ...idle, sentBytes: upload.size, state: 'finishing' }
    case 'refused':
      return { ...idle, state: 'failed', failure: refusalOf(status) }
    case 'done':
      return {
        ...idle,
        state: 'done',
        failure: null,
        sentBytes: upload.size,
        lessonId: status.lesson_id,
        sameRecording: status.same_recording,
      }
    default:
      return status.stage satisfies never
  }
}

function refusalOf({ refusal, refusal_code: code }: UploadStatus): Failure {
  return new Failure({ code: code ?? REFUSED, status: 422, detail: refusal ?? '' })
}

export function isActive({ state }: Upload): boolean {
  return ['queued', 'sending', 'finishing', 'waiting'].includes(state)
}

export function hasEnded({ state }: Upload): boolean {
  return state === 'done' || state === 'failed'
}

/** Whether its failure lies in the file, so that trying again cannot help. */
export function isOfFile({ failure }: Upload): boolean {
  return OF_FILE.has(failure?.status ?? 0)
}

/** Whether its file would have to be chosen again if the page were left now. */
export function isLostOnLeaving({ state }: Upload): boolean {
  return ['queued', 'sending', 'waiting', 'paused'].includes(state)
}

/** Those whose turn it is, while at most MOST_AT_ONCE are sent. */
export function nextToSend(uploads: readonly Upload[]): Upload[] {
  const isSent = ({ state }: Upload) => state === 'sending' || state === 'finishing'
  const free = MOST_AT_ONCE - uploads.filter(isSent).length
  return uploads.filter(({ state }) => state === 'queued').slice(0, Math.max(0, free))
}

type FileFacts = Pick<File, 'name' | 'size' | 'lastModified'>

/** Whether an upload may be of this file: its name and size are all that a reload leaves. */
export function isSameFile(upload: Upload, file: FileFacts): boolean {
  return upload.name === file.name && upload.size === file.size
}

/** The upload that waits for exactly this file. */
export function detachedOf(uploads: readonly Upload[], file: FileFacts): Upload | undefined {
  return uploads.find((each) => each.state === 'detached' && isUnchanged(each, file))
}

/** Whether the file is on its way already. */
export function isUnderWay(uploads: readonly Upload[], file: FileFacts): boolean {
  return uploads.some((each) => isLostOnLeaving(each) && isUnchanged(each, file))
}

function isUnchanged(upload: Upload, file: FileFacts): boolean {
  return isSameFile(upload, file) && upload.modified === file.lastModified
}
