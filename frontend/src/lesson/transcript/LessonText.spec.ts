import { describe, expect, it } from 'vitest'
import { LessonText } from './LessonText'
import { cutParagraphs, paragraphOf } from './paragraphs'

const words = [
  { text: 'Good', start: 1, end: 1.4 },
  { text: 'morning.', start: 1.6, end: 2 },
]
const text = new LessonText([
  { start: 1, end: 2, text: 'Good  morning.', words },
  { start: 5, end: 7, text: 'Let us begin.' },
])

describe('the text of a lesson', () => {
  it.each([
    [0.5, null],
    [1, 0],
    [4, 0],
    [5, 1],
    [99, 1],
  ])('knows at %d s what is said, or was last', (seconds, segment) => {
    expect(text.segmentAt(seconds)).toBe(segment)
  })

  it('knows the word where its time is known', () => {
    expect(text.wordAt(0, 1.5)).toBe(0)
    expect(text.wordAt(0, 1.7)).toBe(1)
    expect(text.wordAt(1, 6)).toBeNull()
  })

  it('knows which word a character is of', () => {
    expect(text.shown(0)).toBe('Good morning.')
    expect([0, 3, 4, 5, 12].map((at) => text.wordHolding(0, at))).toEqual([0, 0, 0, 1, 1])
  })
})

describe('paragraphs', () => {
  const long = 'This sentence is as long as the ones that people say in lessons every day.'
  const said = (pauses: number[]) => {
    let start = 0
    return new LessonText(
      pauses.map((pause) => {
        start += pause + 3
        return { start, end: start + 3, text: long }
      }),
    )
  }

  it('begin after a pause, and none is lost', () => {
    const paragraphs = cutParagraphs(said([0, 0, 0, 2, 0, 0, 9, 0]))

    expect(paragraphs).toEqual([
      { first: 0, end: 3 },
      { first: 3, end: 6 },
      { first: 6, end: 8 },
    ])
    expect([0, 2, 3, 5, 7].map((position) => paragraphOf(paragraphs, position))).toEqual([
      0, 0, 1, 1, 2,
    ])
  })

  it('do not get endless where nobody pauses', () => {
    const paragraphs = cutParagraphs(said(new Array<number>(40).fill(0)))

    expect(paragraphs.length).toBeGreaterThan(5)
    expect(paragraphs.at(-1)?.end).toBe(40)
  })
})
