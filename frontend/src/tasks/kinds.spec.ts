import { describe, expect, it } from 'vitest'
import { aTask, doing } from '@/testing/lessons'
import { byTurn, noticesOf, readStatus, shareOf } from './kinds'

describe('Tasks', () => {
  it('stand in their turn: what runs, then what will be taken first', () => {
    const tasks = [
      aTask({ id: 4, status: 'pending' }),
      aTask({ id: 5, status: 'pending', priority: 2 }),
      aTask({ id: 3, status: 'pending' }),
      aTask({ id: 7, status: 'running' }),
      aTask({ id: 6, status: 'running' }),
    ]

    expect(tasks.sort(byTurn).map(({ id }) => id)).toEqual([6, 7, 5, 3, 4])
  })

  it('show no share while they have nothing to measure', () => {
    expect(shareOf(aTask({ progress: 0.4, doing: doing({ done: 0 }) }))).toBeNull()
    expect(shareOf(aTask({ progress: 0.4, doing: doing({ done: 3 }) }))).toBe(0.4)
    expect(shareOf(aTask({ progress: 0.4, doing: null }))).toBe(0.4)
  })

  it('have the notices of all their stages, older ones and those of others, too', () => {
    const result = {
      notices: ['as it was once written'],
      transcription: { notices: [{ code: 'loops', text: 'Two loops.', n: 2 }] },
      summary: null,
      correction: { notices: 'none' },
    }

    expect(noticesOf(aTask({ result }))).toEqual([
      { code: '', text: 'as it was once written', facts: {} },
      { code: 'loops', text: 'Two loops.', facts: { n: 2 } },
    ])
    expect(noticesOf(aTask({ result: null }))).toEqual([])
  })

  it('are narrowed by what an address says, if that is a status', () => {
    expect(readStatus({ state: 'failed' })).toBe('failed')
    expect(readStatus({ state: 'lost' })).toBeNull()
  })
})
