import { describe, expect, it } from 'vitest'
import { isNarrow, readFilter, writeFilter } from './filter'

describe('the filter', () => {
  it('survives its way through the address', () => {
    const filter = {
      courseId: 2,
      themeId: 5,
      state: 'no speech' as const,
      from: '2026-11-01',
      to: '2026-11-30',
      sort: 'title' as const,
    }
    const query = Object.fromEntries(
      Object.entries(writeFilter(filter)).map(([key, value]) => [key, String(value)]),
    )

    expect(readFilter(query)).toEqual(filter)
  })

  it('leaves out what makes no sense', () => {
    const query = { course: '-1', theme: '5', state: 'asleep', from: '2026-13-45', sort: 'mood' }

    expect(readFilter(query)).toEqual({})
  })

  it('writes nothing for what is usual', () => {
    expect(writeFilter({ sort: '-date' })).toEqual({})
  })

  it('is narrow when anything is left out', () => {
    expect(isNarrow({ sort: 'title' })).toBe(false)
    expect(isNarrow({ courseId: 2 })).toBe(true)
  })
})
