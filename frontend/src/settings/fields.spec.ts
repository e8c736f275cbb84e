import { describe, expect, it } from 'vitest'
import type { SettingField } from '@/api/preferences'
import { toSend, toShow } from './fields'

function field(key: string, kind: SettingField['kind'], isOptional = false): SettingField {
  const label = { en: key, fr: key }
  return { key, kind, label, is_optional: isOptional, is_advanced: false, options: [] }
}

const CALLS = [field('max_concurrency', 'number', true), field('requests_per_minute', 'number')]
const HEARING = [
  field('initial_prompt', 'long'),
  field('language', 'language', true),
  field('beam_size', 'number'),
  field('vad_filter', 'switch'),
  field('sphinx.words', 'text', true),
]

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
    expect(toSend(HEARING, changed)).toEqual({
      ...{ initial_prompt: '', language: null, beam_size: null, vad_filter: false },
    })
  })

  it('is of a section within its section where its name has a dot', () => {
    expect(toShow(HEARING, { sphinx: { words: 'x' } })).toMatchObject({ 'sphinx.words': 'x' })
    expect(toSend(HEARING, { 'sphinx.words': '' })).toEqual({ sphinx: { words: null } })
  })

  it('comes back as it went', () => {
    const known = { max_concurrency: null, requests_per_minute: 0 }

    expect(toSend(CALLS, toShow(CALLS, known))).toEqual(known)
  })
})
