import { describe, expect, it } from 'vitest'
import { CALLS, TRANSCRIPTION, toSend, toShow } from './fields'

describe('What stands in the controls', () => {
  it('is nothing for what the server has as null', () => {
    const section = { max_concurrency: null, requests_per_minute: 30, other: 1 }

    expect(toShow(CALLS, section)).toEqual({ max_concurrency: '', requests_per_minute: 30 })
  })

  it('is sent as null where it was emptied and may be, and else as it is', () => {
    expect(toSend(CALLS, { max_concurrency: '', requests_per_minute: 30 })).toEqual({
      ...{ max_concurrency: null, requests_per_minute: 30 },
    })
    // An empty text is a text; a number that is missing is none.
    const changed = { initial_prompt: '', language: '', beam_size: '', vad_filter: false }
    expect(toSend(TRANSCRIPTION, changed)).toEqual({
      ...{ initial_prompt: '', language: null, beam_size: null, vad_filter: false },
    })
  })

  it('comes back as it went', () => {
    const known = { max_concurrency: null, requests_per_minute: 0 }

    expect(toSend(CALLS, toShow(CALLS, known))).toEqual(known)
  })
})
