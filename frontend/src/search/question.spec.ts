import { describe, expect, it } from 'vitest'
import { countFilters, insistOn, isSameQuestion, readQuestion, writeQuestion } from './question'

describe('A question in the address', () => {
  it('is read back as it was written', () => {
    const question = {
      words: 'white light',
      filter: { courseId: 2, themeId: 5, from: '2026-01-01', to: undefined },
    }

    const written = Object.entries(writeQuestion(question)).map(([key, value]) => [
      key,
      String(value),
    ])

    expect(readQuestion(Object.fromEntries(written) as Record<string, string>)).toEqual(question)
    expect(countFilters(question.filter)).toBe(3)
  })

  it('is the same however it is written', () => {
    const none = { courseId: undefined, themeId: undefined, from: undefined, to: undefined }

    expect(isSameQuestion({ words: 'a', filter: {} }, { words: 'a', filter: none })).toBe(true)
    expect(isSameQuestion({ words: 'a', filter: {} }, { words: 'b', filter: {} })).toBe(false)
    expect(
      isSameQuestion({ words: 'a', filter: {} }, { words: 'a', filter: { courseId: 1 } }),
    ).toBe(false)
  })

  it('is empty where the address asks nothing that can be understood', () => {
    expect(readQuestion({ q: ['one', 'two'], course: 'x' })).toMatchObject({
      words: '',
      filter: {},
    })
    expect(writeQuestion({ words: '', filter: {} })).toEqual({})
  })

  it('can insist on words that were read as others', () => {
    expect(insistOn('prisn of $& light', ['prisn', '$&'])).toBe('"prisn" of "$&" light')
  })
})
