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

  it.each([
    ['mother’s', "mother's"],
    ['don’t', 'dont'],
    ['e-mail', 'email'],
    ['e‑mail', 'e-mail'],
    ['U.S.A', 'USA'],
    ['1,000', '1000'],
    ['1\u202f000', '1.000'],
    ['1 000 000', '1000000'],
    ['٣٤', '۳۴'],
    ['٣', '3'],
    ['كتاب', 'کتاب'],
    ['فارسي', 'فارسی'],
    ['مدرسة', 'مدرسه'],
    ['كتـــاب', 'كتاب'],
    ['می\u200cخواهم', 'میخواهم'],
    ['co\u00adoperate', 'cooperate'],
    ['ｶﾞﾗｽ', 'ガラス'],
    ['ＡＢＣ', 'abc'],
    ['ﬁlter', 'filter'],
    ['Straße', 'strasse'],
    ['Øre', 'ore'],
    ['İstanbul', 'istanbul'],
    ['빛', '\u1107\u1175\u11be'],
  ])('finds %s and %s by each other, and marks all of it', (one, other) => {
    for (const [written, typed] of [
      [one, other],
      [other, one],
    ] as const) {
      const [parts] = partsOf(textOf(`x ${written}, y`), typed)
      expect(parts).toEqual([{ segment: 0, from: 2, to: 2 + written.length }])
    }
  })

  it('tells numbers apart', () => {
    expect(partsOf(textOf('3,14 and 0.125 and 2020-21'), '314')).toEqual([])
    expect(partsOf(textOf('0.125'), '0125')).toEqual([])
    expect(partsOf(textOf('2020-21'), '202021')).toEqual([])
  })

  it('finds words while they are typed', () => {
    for (const typed of ['e', 'e-', 'e-m', 'e-mail']) {
      expect(partsOf(textOf('an e-mail'), `an ${typed}`)).toHaveLength(1)
    }
  })

  it('finds nothing where nothing is asked for', () => {
    expect(textOf('one').find('  ')).toEqual([])
  })
})
