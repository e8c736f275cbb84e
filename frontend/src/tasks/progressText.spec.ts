import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { aTask, doing } from '@/testing/lessons'
import { useProgressText } from './useProgressText'

describe('What a task does', () => {
  it('is said with how far it is, and how long that takes, if somebody knows', async () => {
    const { progressText } = (await compose(useProgressText)).given
    const said = (more: Parameters<typeof doing>[0]) => progressText(aTask({ doing: doing(more) }))

    expect(said({})).toMatch(/12:30.*45:00/)
    expect(said({ seconds_left: 120 })).toMatch(/12:30.*45:00.*, .*2 min/)
    const correction = { stage: 'correction', unit: 'segments', done: 3, total: 1200 } as const
    expect(said(correction)).toMatch(/3.*1,200/)
  })

  it('does not pretend to get on before it does', async () => {
    const { progressText } = (await compose(useProgressText)).given

    const text = progressText(aTask({ doing: doing({ done: 0 }) }))
    expect(text).not.toBe('')
    expect(text).not.toMatch(/\d/)
  })

  it('of a stage that the server does not name is said with the stage’s own name', async () => {
    const { progressText } = (await compose(useProgressText)).given

    const unknown = aTask({ doing: doing({ stage: 'translation' }), progress_message: null })
    expect(progressText(unknown)).toBe('translation: 12:30 of 45:00')
  })

  it('of another program is said in that program’s words', async () => {
    const { progressText } = (await compose(useProgressText)).given

    expect(progressText(aTask({ doing: null, progress_message: 'Warming up' }))).toBe('Warming up')
  })

  it('names who goes on where workers died', async () => {
    const { crashText } = (await compose(useProgressText)).given

    expect(crashText(aTask({ crashes: 2, worker: 'attic' }))).toContain('attic')
    expect(crashText(aTask({ crashes: 0, worker: 'attic' }))).toBe('')
    expect(crashText(aTask({ crashes: 2, worker: 'attic', status: 'failed' }))).toBe('')
  })
})
