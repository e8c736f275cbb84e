import { describe, expect, it } from 'vitest'
import type { NotePublic } from '@/api/notes'
import { LessonText } from '@/lesson/transcript/LessonText'
import { noteAt, partsOf, selectSegment, selectWords } from './stretches'

const TEXT = new LessonText([
  { start: 0, end: 2, text: 'Good morning, everyone.' },
  { start: 2, end: 3, text: '' },
  { start: 3, end: 5, text: 'Vraiment ? Oui.' },
])

function aNote(id: number, quote: string, stretch: NotePublic['stretch']): NotePublic {
  return { id, quote, stretch } as NotePublic
}

describe('selected words', () => {
  it('are whole, however little of them was selected', () => {
    const found = selectWords(TEXT, { segment: 0, character: 7 }, { segment: 0, character: 8 })

    expect(found).toMatchObject({
      stretch: { first_segment: 0, first_word: 1, last_segment: 0, last_word: 1 },
      quote: 'morning,',
    })
  })

  it('may be of several segments, and of some that say nothing', () => {
    const found = selectWords(TEXT, { segment: 0, character: 14 }, { segment: 2, character: 9 })

    expect(found).toMatchObject({
      stretch: { first_segment: 0, first_word: 2, last_segment: 2, last_word: 0 },
      quote: 'everyone. Vraiment ?',
    })
  })

  it('begin and end at words where spaces were selected, too', () => {
    const end = TEXT.shown(0).length
    const found = selectWords(TEXT, { segment: 0, character: end }, { segment: 2, character: 0 })

    expect(found).toBeNull()
  })

  it('are all of a segment', () => {
    expect(selectSegment(TEXT, 2)?.quote).toBe('Vraiment ? Oui.')
    expect(selectSegment(TEXT, 1)).toBeNull()
  })
})

describe('a note', () => {
  const whole = aNote(1, 'Good morning, everyone. Vraiment ?', {
    first_segment: 0,
    first_word: 0,
    last_segment: 2,
    last_word: 0,
  })
  const inner = aNote(2, 'morning,', {
    first_segment: 0,
    first_word: 1,
    last_segment: 0,
    last_word: 1,
  })

  it('covers characters of each of its segments', () => {
    expect(whole.stretch && partsOf(TEXT, whole.stretch)).toEqual([
      { segment: 0, from: 0, to: 23 },
      { segment: 2, from: 0, to: 10 },
    ])
  })

  it('is found where it lies, and the shorter one first', () => {
    expect(noteAt(TEXT, [whole, inner], { segment: 0, character: 8 })).toBe(inner)
    expect(noteAt(TEXT, [whole, inner], { segment: 0, character: 20 })).toBe(whole)
    expect(noteAt(TEXT, [whole, inner], { segment: 2, character: 14 })).toBeNull()
  })
})
