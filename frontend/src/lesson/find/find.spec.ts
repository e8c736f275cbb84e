import { describe, expect, it } from 'vitest'
import { LessonText } from '../transcript/LessonText'
import { FoldedText } from './find'

const textOf = (...texts: string[]) =>
  new FoldedText(
    new LessonText(texts.map((text, number) => ({ start: number, end: number + 1, text }))),
  )
const partsOf = (text: FoldedText, wanted: string) => text.find(wanted).map((hit) => hit.parts)

describe('finding in a lesson', () => {
  it('tells every place, whatever case and accents', () => {
    const text = textOf('Les élèves', 'ÉLÈVE, élève')

    expect(partsOf(text, 'eleve')).toEqual([
      [{ segment: 0, from: 4, to: 9 }],
      [{ segment: 1, from: 0, to: 5 }],
      [{ segment: 1, from: 7, to: 12 }],
    ])
  })

  it('finds words that begin in one segment and end in the next', () => {
    expect(partsOf(textOf('it is white', 'light that'), 'white light')).toEqual([
      [
        { segment: 0, from: 6, to: 11 },
        { segment: 1, from: 0, to: 5 },
      ],
    ])
  })

  it('counts in the text as it is shown, where folding makes it shorter', () => {
    const pointed = 'שָׁלוֹם עולם'

    const [parts] = partsOf(textOf(pointed), 'עולם')

    expect(parts?.map(({ from, to }) => pointed.slice(from, to))).toEqual(['עולם'])
  })

  it('takes all kinds of apostrophes and quotes as one', () => {
    expect(partsOf(textOf('his mother’s farm'), "mother's")).toHaveLength(1)
  })

  it('finds nothing where nothing is asked for', () => {
    expect(textOf('one').find('  ')).toEqual([])
  })
})
