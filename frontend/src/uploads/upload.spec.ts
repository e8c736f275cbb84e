import { describe, expect, it } from 'vitest'
import { Failure, serverGone } from '@/api/failure'
import { aFile, aStatus, anUpload } from '@/testing/uploads'
import {
  canResume,
  isLostOnLeaving,
  isOfFile,
  reasonOf,
  startSending,
  step,
  type Standing,
  type UploadEvent,
  type UploadState,
} from './upload'

const SENDING: Standing = { state: 'sending', isOnWire: true, bytesPerSecond: null }
const ASKING: Standing = { ...SENDING, isOnWire: false }
const FAILED: Standing = { state: 'failed', failure: new Failure({ code: 'x', status: 507 }) }
const WAITING: Standing = { state: 'waiting', failure: serverGone() }
const DONE: Standing = { state: 'done', lessonId: 4, sameRecording: [], isTold: false }
const STANDINGS: Record<UploadState, Standing> = {
  queued: { state: 'queued' },
  sending: SENDING,
  finishing: { state: 'finishing' },
  done: DONE,
  paused: { state: 'paused' },
  waiting: WAITING,
  failed: FAILED,
  detached: { state: 'detached', failure: null },
}
const ALL = Object.values(STANDINGS)

function statesAfter(event: UploadEvent): Record<string, UploadState> {
  const after = ALL.map((standing) => step(anUpload(standing), event).standing.state)
  return Object.fromEntries(ALL.map(({ state }, place) => [state, after[place] as UploadState]))
}

describe('An upload', () => {
  it('goes from its turn to the lesson', () => {
    let upload = startSending(anUpload())
    upload = step(upload, { type: 'begun', uploadId: 'u1' })
    upload = step(upload, { type: 'sent', bytes: 400, bytesPerSecond: 100 })
    expect(upload).toMatchObject({ uploadId: 'u1', sentBytes: 400 })
    expect(upload.standing).toEqual({ ...SENDING, bytesPerSecond: 100 })

    upload = step(upload, { type: 'sent', bytes: 1000, bytesPerSecond: 100 })
    upload = step(upload, { type: 'whole', uploadId: 'u1' })
    expect(upload.standing.state).toBe('finishing')
    const status = aStatus({ stage: 'done', lesson_id: 4, same_recording: [2] })

    expect(step(upload, { type: 'answered', status }).standing).toEqual({
      ...{ state: 'done', lessonId: 4, sameRecording: [2], isTold: false },
    })
  })

  it('that has begun asks the server first how much it has', () => {
    const asking = startSending(anUpload(undefined, { uploadId: 'u1' }))
    expect(asking.standing).toEqual(ASKING)

    const answered = step(asking, { type: 'answered', status: aStatus({ offset: 600 }) })

    expect(answered).toMatchObject({ sentBytes: 600, standing: { isOnWire: true } })
  })

  it('does not go back to an older answer while its bytes go out', () => {
    const sending = anUpload(SENDING, { uploadId: 'u1', sentBytes: 800 })

    expect(step(sending, { type: 'answered', status: aStatus({ offset: 600 }) })).toBe(sending)
  })

  it('waits where it can go on by itself, and else needs a person', () => {
    const failed = (failure: Failure) => step(anUpload(SENDING), { type: 'broken', failure })

    expect(failed(serverGone()).standing.state).toBe('waiting')
    const full = failed(new Failure({ code: 'storage-full', status: 507, retryable: true }))
    expect([full.standing.state, canResume(full)]).toEqual(['failed', true])
    const silent = failed(new Failure({ code: 'no-audio-track', status: 422 }))
    expect([silent.standing.state, isOfFile(silent), canResume(silent)]).toEqual([
      ...['failed', true, false],
    ])
  })

  it('keeps why the server refused it', () => {
    const status = aStatus({ stage: 'refused', refusal: 'No.', refusal_code: 'no-sound' })

    const refused = step(anUpload({ state: 'finishing' }), { type: 'answered', status })

    expect(reasonOf(refused)).toMatchObject({ code: 'no-sound', message: 'No.' })
    expect(canResume(refused)).toBe(false)
  })

  it('begins anew where the server has forgotten it', () => {
    const event = { type: 'broken', failure: new Failure({ code: 'gone', status: 404 }) } as const
    const known = { uploadId: 'u1', sentBytes: 400 }

    expect(step(anUpload(ASKING, known), event)).toMatchObject({
      ...{ uploadId: null, sentBytes: 0, standing: { state: 'sending', isOnWire: true } },
    })
    expect(step(anUpload(STANDINGS.detached, known), event)).toMatchObject({
      ...{ uploadId: null, sentBytes: 0, standing: { state: 'detached' } },
    })
  })

  it('waits for its file where there is something left to send without one', () => {
    const asking = anUpload(ASKING, { uploadId: 'u1', file: null })

    const answered = step(asking, { type: 'answered', status: aStatus({ offset: 600 }) })

    expect(answered.standing).toEqual({ state: 'detached', failure: null })
  })

  it('takes only its own file', () => {
    const detached = anUpload(STANDINGS.detached, { file: null })

    const mistaken = step(detached, { type: 'chosen', file: aFile('other.mp3') })
    expect(mistaken.standing).toMatchObject({ state: 'detached', failure: { code: 'other-file' } })

    const file = aFile('enzymes.mp3', { lastModified: 77 })
    expect(step(mistaken, { type: 'chosen', file })).toMatchObject({
      ...{ file, standing: { state: 'queued' } },
    })
  })

  it('is paused, and goes on, only where that makes sense', () => {
    const paused = 'paused'
    expect(statesAfter({ type: 'paused' })).toEqual({
      ...{ queued: paused, sending: paused, finishing: paused, waiting: paused, paused },
      ...{ done: 'done', failed: 'failed', detached: 'detached' },
    })
    expect(statesAfter({ type: 'resumed' })).toEqual({
      ...{ paused: 'queued', waiting: 'queued', failed: 'queued' },
      ...{ queued: 'queued', sending: 'sending', finishing: 'finishing' },
      ...{ done: 'done', detached: 'detached' },
    })
  })

  it('that somebody paused is not set going by what was on its way', () => {
    const late: UploadEvent[] = [
      { type: 'sent', bytes: 500, bytesPerSecond: 1 },
      { type: 'broken', failure: serverGone() },
      { type: 'answered', status: aStatus({ offset: 500 }) },
      { type: 'due' },
    ]
    for (const event of late) expect(statesAfter(event).paused).toBe('paused')
  })

  it('that has become a lesson stays one', () => {
    const events: UploadEvent[] = [
      { type: 'sent', bytes: 500, bytesPerSecond: 1 },
      { type: 'whole', uploadId: 'u1' },
      { type: 'broken', failure: serverGone() },
      { type: 'answered', status: aStatus({ stage: 'refused' }) },
      { type: 'chosen', file: aFile() },
    ]
    for (const event of events) expect(statesAfter(event).done).toBe('done')
  })

  it('would be lost by leaving while it needs its file', () => {
    const lost = ALL.filter((standing) => isLostOnLeaving(anUpload(standing)))

    expect(lost.map(({ state }) => state).sort()).toEqual([
      'paused',
      'queued',
      'sending',
      'waiting',
    ])
  })
})
