import { describe, expect, it } from 'vitest'
import { Failure, serverGone } from '@/api/failure'
import type { UploadStatus } from '@/api/uploads'
import {
  detachedOf,
  isLostOnLeaving,
  isOfFile,
  isUnderWay,
  MOST_AT_ONCE,
  newUpload,
  nextToSend,
  step,
  type Upload,
  type UploadState,
} from './queue'

function anUpload(state: UploadState, more: Partial<Upload> = {}): Upload {
  const known = { key: 1, name: 'enzymes.mp3', size: 1000, modified: 5, uploadId: null }
  const details = { course: '', isProcessed: true }
  return { ...newUpload({ ...known, details, state }), ...more }
}

function aStatus(more: Partial<UploadStatus>): UploadStatus {
  return {
    ...{
      id: 'u1',
      stage: 'receiving',
      length: 1000,
      offset: 0,
      expires_at: '2026-12-01T00:00:00Z',
    },
    ...{ lesson_id: null, task_id: null, same_recording: [], refusal: null, refusal_code: null },
    ...more,
  }
}

describe('an upload', () => {
  it('goes from its turn to the lesson', () => {
    let upload = step(anUpload('queued'), { type: 'sending' })
    upload = step(upload, { type: 'begun', uploadId: 'u1' })
    upload = step(upload, { type: 'sent', bytes: 400, bytesPerSecond: 100 })
    expect(upload).toMatchObject({ state: 'sending', uploadId: 'u1', sentBytes: 400 })

    upload = step(upload, { type: 'sent', bytes: 1000, bytesPerSecond: 100 })
    expect(upload.state).toBe('finishing')
    const status = aStatus({ stage: 'done', lesson_id: 4, same_recording: [2] })
    expect(step(upload, { type: 'settled', status })).toMatchObject({
      ...{ state: 'done', lessonId: 4, sameRecording: [2], bytesPerSecond: null },
    })
  })

  it('is never sent unless it is its turn', () => {
    for (const state of ['paused', 'done', 'failed', 'detached'] as const) {
      expect(step(anUpload(state), { type: 'sending' }).state).toBe(state)
    }
  })

  it('waits where it can go on by itself, and else needs a person', () => {
    const failed = (failure: Failure) => step(anUpload('sending'), { type: 'broken', failure })

    expect(failed(serverGone()).state).toBe('waiting')
    const full = failed(new Failure({ code: 'storage-full', status: 507, retryable: true }))
    expect([full.state, isOfFile(full)]).toEqual(['failed', false])
    const silent = failed(new Failure({ code: 'no-audio-track', status: 422 }))
    expect([silent.state, isOfFile(silent)]).toEqual(['failed', true])
  })

  it('keeps why the server refused it', () => {
    const status = aStatus({ stage: 'refused', refusal: 'No.', refusal_code: 'no-sound' })

    const refused = step(anUpload('finishing'), { type: 'settled', status })

    expect(refused.failure).toMatchObject({ code: 'no-sound', message: 'No.' })
    expect(isOfFile(refused)).toBe(true)
  })

  it('begins anew where the server has forgotten it, and stays where its file is missing', () => {
    const sending = anUpload('sending', { uploadId: 'u1', sentBytes: 400 })

    expect(step(sending, { type: 'lost' })).toMatchObject({ uploadId: null, sentBytes: 0 })
    expect(step(sending, { type: 'missed' })).toMatchObject({ state: 'detached', sentBytes: 400 })
  })

  it('is not paused once it has ended', () => {
    expect(step(anUpload('done'), { type: 'paused' }).state).toBe('done')
    expect(step(anUpload('queued'), { type: 'paused' }).state).toBe('paused')
  })
})

describe('the queue', () => {
  it('sends a few at once, in their order', () => {
    const uploads = ['done', 'queued', 'sending', 'queued', 'queued'] as const

    const next = nextToSend(uploads.map((state, key) => anUpload(state, { key })))

    expect(next.map(({ key }) => key)).toEqual([1].slice(0, MOST_AT_ONCE - 1))
  })

  it('knows what leaving the page would cost', () => {
    const states: UploadState[] = ['queued', 'sending', 'waiting', 'paused']
    expect(states.every((state) => isLostOnLeaving(anUpload(state)))).toBe(true)
    const safe: UploadState[] = ['finishing', 'done', 'failed', 'detached']
    expect(safe.some((state) => isLostOnLeaving(anUpload(state)))).toBe(false)
  })

  it('finds the upload that waits for a file, by its name, size and age', () => {
    const uploads = [anUpload('queued'), anUpload('detached', { key: 2 })]
    const file = { name: 'enzymes.mp3', size: 1000, lastModified: 5 }

    expect(detachedOf(uploads, file)?.key).toBe(2)
    expect(detachedOf(uploads, { ...file, lastModified: 6 })).toBeUndefined()
    expect(isUnderWay(uploads, file)).toBe(true)
    expect(isUnderWay(uploads, { ...file, size: 1 })).toBe(false)
  })
})
