import { describe, expect, it } from 'vitest'
import { changedSegments, compareWords } from './changes'
import { LessonText } from './LessonText'

const textOf = (...texts: string[]) =>
  new LessonText(texts.map((text, number) => ({ start: number, end: number + 1, text })))

describe('what was changed', () => {
  it('is told word by word', () => {
    expect(compareWords('then new ton looked', 'Then Newton looked')).toEqual([
      { text: 'then new ton', kind: 'removed' },
      { text: 'Then Newton', kind: 'added' },
      { text: 'looked', kind: 'same' },
    ])
  })

  it('is counted in segments; space makes no difference', () => {
    const heard = textOf('one', 'two  words', 'three')

    expect(changedSegments(heard, textOf('one', 'two words', 'Three.'))).toEqual([2])
  })
})
