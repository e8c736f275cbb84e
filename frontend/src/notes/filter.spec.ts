import { describe, expect, it } from 'vitest'
import { isNarrow, readNoteFilter, writeNoteFilter } from './filter'

describe('A filter of notes in the address', () => {
  it('is read back as it was written', () => {
    const query = { q: 'prism', colour: 'green', kind: 'note', course: '2', theme: '5' }

    const filter = readNoteFilter(query)

    expect(filter).toMatchObject({ words: 'prism', colour: 'green', courseId: 2, themeId: 5 })
    expect(writeNoteFilter(filter)).toEqual({ ...query, course: 2, theme: 5 })
    expect(isNarrow(filter)).toBe(true)
  })

  it('leaves out what makes no sense', () => {
    const filter = readNoteFilter({ q: '  ', colour: 'plaid', kind: ['note'], course: 'x' })

    expect(isNarrow(filter)).toBe(false)
    expect(Object.values(filter).filter((value) => value !== undefined)).toEqual([])
  })
})
