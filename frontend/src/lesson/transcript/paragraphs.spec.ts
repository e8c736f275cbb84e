import { describe, expect, it } from 'vitest'
import { LessonText } from './LessonText'
import { cutParagraphs, paragraphOf } from './paragraphs'

/** Segments one after the other, each after a pause. */
function textOf(...segments: [pause: number, text: string][]): LessonText {
  let end = 0
  return new LessonText(
    segments.map(([pause, text]) => {
      const start = end + pause
      end = start + 1
      return { start, end, text }
    }),
  )
}

const cuts = (text: LessonText) => cutParagraphs(text).map(({ first, end }) => [first, end])
const words = (n: number, end = '') => 'a'.repeat(n) + end

describe('Paragraphs', () => {
  it('begin where the speaker pauses long, or after enough was said', () => {
    expect(cuts(textOf([0, 'One.'], [4, 'Two.'], [1.3, 'Three.']))).toEqual([
      [0, 1],
      [1, 3],
    ])
    expect(cuts(textOf([0, words(200)], [1.3, 'Two.']))).toEqual([
      [0, 1],
      [1, 2],
    ])
  })

  it('end with a sentence where they get long, and anyway where they are very long', () => {
    const long = words(200)
    expect(cuts(textOf([0, long], [0, `${long}.”`], [0, 'Next']))).toEqual([
      [0, 2],
      [2, 3],
    ])
    expect(cuts(textOf([0, long], [0, long], [0, 'Next']))).toEqual([[0, 3]])
    expect(cuts(textOf([0, words(700)], [0, 'Next']))).toEqual([
      [0, 1],
      [1, 2],
    ])
  })

  it('hold every segment once, and are found by it', () => {
    const many = Array.from({ length: 60 }, (_, n): [number, string] => [n % 7, words(n * 5, '.')])
    const text = textOf(...many)
    const paragraphs = cutParagraphs(text)

    const held = paragraphs.flatMap(({ first, end }) =>
      Array.from({ length: end - first }, (_, step) => first + step),
    )
    expect(held).toEqual(many.map((_, n) => n))
    for (const position of held) {
      const { first, end } = paragraphs[paragraphOf(paragraphs, position)] ?? { first: 0, end: 0 }
      expect(position >= first && position < end).toBe(true)
    }
    expect(cuts(new LessonText([]))).toEqual([])
  })
})
