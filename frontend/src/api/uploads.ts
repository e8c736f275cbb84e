/** Uploads by the tus protocol; its library is loaded when the first one begins. */

import type { DetailedError, HttpResponse } from 'tus-js-client'
import { client, take } from './client'
import { Failure, failureOf, serverGone, UNEXPECTED_ANSWER } from './failure'
import { tellUnreachable } from './reachability'
import type { UploadStatus } from './schema'

export type { UploadStatus } from './schema'

export const LARGEST_BYTES = 10 * 2 ** 30
const UPLOADS = '/api/v1/uploads'
const LOOK_MS = 1000
const REMOVAL_TRIES = 6
/** Statuses after which the rest can be sent, from where the server then says it stands. */
const PASSING = new Set([408, 409, 423, 460])

/** What is said of a recording as it comes in. */
export interface RecordingDetails {
  /** The title of its course, which is made if there is none; "" for none. */
  course: string
  /** Whether it is transcribed, corrected and summarised at once. */
  isProcessed: boolean
}

export interface SendingListener {
  /** The upload is known to the server, under this id. */
  begun: (uploadId: string) => void
  sent: (bytes: number) => void
  /** All bytes are there. */
  whole: (uploadId: string) => void
  failed: (failure: Failure) => void
}

/** Send a recording, or with `uploadId` the rest of it; returns what stops it. */
export async function sendRecording(
  file: File,
  details: RecordingDetails,
  uploadId: string | null,
  listener: SendingListener,
): Promise<() => void> {
  const { Upload } = await import('tus-js-client')
  const upload = new Upload(file, {
    // Of an upload that has begun only its own address is used: it never begins anew unasked.
    endpoint: uploadId === null ? UPLOADS : null,
    uploadUrl: uploadId === null ? null : `${UPLOADS}/${uploadId}`,
    metadata: metadataOf(file, details),
    retryDelays: null,
    storeFingerprintForResuming: false,
    onUploadUrlAvailable: () => listener.begun(idOf(upload.url)),
    onProgress: (bytes) => listener.sent(bytes),
    onSuccess: () => listener.whole(idOf(upload.url)),
    onError: (error) => void failureOfSending(error).then(listener.failed),
  })
  upload.start()
  return () => void upload.abort()
}

function metadataOf(file: File, { course, isProcessed }: RecordingDetails): Record<string, string> {
  return { filename: file.name, process: String(isProcessed), ...(course && { course }) }
}

function idOf(address: string | null): string {
  return address?.split('/').at(-1) ?? ''
}

async function failureOfSending(error: Error | DetailedError): Promise<Failure> {
  const answer = 'originalResponse' in error ? error.originalResponse : null
  const failure = answer === null ? serverGone() : await failureOfAnswer(answer)
  if (failure.isGone) tellUnreachable()
  return failure
}

async function failureOfAnswer(answer: HttpResponse): Promise<Failure> {
  const status = answer.getStatus()
  const body = answer.getBody()
  if (body === '') {
    const retryable = status >= 500 || PASSING.has(status)
    return new Failure({ code: UNEXPECTED_ANSWER, status, retryable })
  }
  const headers = { 'Content-Type': answer.getHeader('Content-Type') ?? '' }
  return failureOf(new Response(body, { status, headers }))
}

/** Whether the same upload can go on by itself after such a failure. */
export function passes(failure: Failure): boolean {
  // A disk does not become empty by itself.
  return PASSING.has(failure.status) || (failure.retryable && failure.status !== 507)
}

export function getUpload(uploadId: string): Promise<UploadStatus> {
  const path = { upload_id: uploadId }
  return take(client.GET('/api/v1/uploads/{upload_id}', { params: { path } }))
}

/** What became of an upload whose bytes have all come; waits until that is known. */
export async function outcomeOf(uploadId: string): Promise<UploadStatus> {
  for (;;) {
    const status = await getUpload(uploadId)
    if (status.stage !== 'whole') return status
    await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS))
  }
}

/** Give an upload up; what has come of it is removed. */
export async function removeUpload(uploadId: string): Promise<void> {
  const params = { path: { upload_id: uploadId }, header: { 'Tus-Resumable': '1.0.0' } }
  for (let tries = 1; ; tries += 1) {
    try {
      await take(client.DELETE('/api/v1/uploads/{upload_id}', { params }))
      return
    } catch (error) {
      // The request that was stopped just now may not have let go of it yet.
      if (!(error instanceof Failure) || error.status !== 423 || tries === REMOVAL_TRIES)
        throw error
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS / 2))
    }
  }
}
