import { describe, expect, it } from 'vitest'
import { displayWords, hasWordTimes, timeWords } from './words'

describe('the words of a text', () => {
  it.each([
    ['  one\ttwo \n three ', ['one', 'two', 'three']],
    ['Vraiment ? Oui.', ['Vraiment ?', 'Oui.']],
    ['C’est « exact » !', ['C’est', '« exact » !']],
    ['no\u00a0break 3\u202f%', ['no\u00a0break', '3\u202f%']],
    ['well-known – or not', ['well-known', '–', 'or', 'not']],
    ['', []],
  ])('are those that the server counts: %j', (text, words) => {
    expect(displayWords(text)).toEqual(words)
  })
})

describe('the times of words', () => {
  it('are those that were heard, however the recogniser parted them', () => {
    const words = timeWords({
      start: 1,
      end: 4,
      text: 'It is forty two.',
      words: [
        { text: ' It', start: 1, end: 1.2 },
        { text: ' is', start: 1.2, end: 1.5 },
        { text: ' for', start: 1.6, end: 2 },
        { text: 'ty', start: 2, end: 2.4 },
        { text: ' two.', start: 3, end: 4 },
      ],
    })

    expect(words.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['It', 1, 1.2],
      ['is', 1.2, 1.5],
      ['forty', 1.6, 2.4],
      ['two.', 3, 4],
    ])
  })

  it('are shared by length where they are not known, and say so', () => {
    const segment = { start: 10, end: 20, text: 'a bbbb' }

    expect(timeWords(segment)).toEqual([
      { text: 'a', from: 0, to: 1, start: 10, end: 12 },
      { text: 'bbbb', from: 2, to: 6, start: 12, end: 20 },
    ])
    expect(hasWordTimes(segment)).toBe(false)
  })
})
