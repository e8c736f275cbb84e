import { describe, expect, it } from 'vitest'
import { LessonText } from '../transcript/LessonText'
import { drawBars, speechShares } from './bars'

describe('speech and silence', () => {
  it('are the shares of each stretch', () => {
    const text = new LessonText([
      { start: 0, end: 2, text: 'a' },
      { start: 5, end: 6, text: 'b' },
      { start: 9, end: 99, text: 'beyond the end' },
    ])

    expect(speechShares(text, 10, 5)).toEqual([1, 0, 0.5, 0, 0.5])
    expect(speechShares(text, 0, 2)).toEqual([0, 0])
  })

  it('are drawn as one bar each', () => {
    expect(drawBars([1, 0], 8, 20).match(/M/g)).toHaveLength(2)
  })
})
