import { describe, expect, it } from 'vitest'
import { doing } from '@/testing/lessons'
import { secondsToFirstWords } from './useFirstWords'

describe('the first words', () => {
  it('come when the first window has been heard', () => {
    const long = doing({ done: 100, total: 2700, seconds_left: 260 })
    expect(secondsToFirstWords(long)).toBe(20)

    const short = doing({ done: 30, total: 60, seconds_left: 15 })
    expect(secondsToFirstWords(short)).toBe(15)
  })

  it('are due where it has been heard', () => {
    expect(secondsToFirstWords(doing({ done: 300, total: 2700, seconds_left: 260 }))).toBe(0)
  })

  it('come nobody knows when before there is a pace', () => {
    expect(secondsToFirstWords(null)).toBeNull()
    expect(secondsToFirstWords(doing({ seconds_left: null }))).toBeNull()
    expect(secondsToFirstWords(doing({ stage: 'summary', seconds_left: 9 }))).toBeNull()
  })
})
