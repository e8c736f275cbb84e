import { describe, expect, it } from 'vitest'
import { Failure, serverGone } from '@/api/failure'
import { compose } from '@/testing/compose'
import { useExplanation } from './useExplanation'

const explainIn = async (language: string) => (await compose(useExplanation, { language })).given

describe('A failure', () => {
  it('is explained in the language of the pages, not in the server’s', async () => {
    const failure = new Failure({ code: 'storage-full', status: 507, detail: 'ENOSPC' })

    const said = (await explainIn('en')).explain(failure).message
    expect(said).toBe('The disk is full.')
    const inFrench = (await explainIn('fr')).explain(failure).message
    expect(inFrench).not.toBe(said)
    expect(inFrench).not.toContain('ENOSPC')
  })

  it('that has no words here keeps the server’s sentence, but not what it tells programs to do', async () => {
    const { explain } = await explainIn('en')
    const failure = new Failure({
      ...{ code: 'brand-new', status: 400, detail: 'The moon is full.', action: 'Run `x`.' },
    })

    const { message, action } = explain(failure)
    expect(message).toBe('The moon is full.')
    expect(action).not.toContain('`')
  })

  it('says by its kind what to do: wait, or tell whoever keeps the server', async () => {
    const { explain } = await explainIn('en')
    const [fault, later, request] = [
      { status: 500 },
      { status: 429, retryable: true },
      { status: 400 },
    ].map((more) => explain(new Failure({ code: 'brand-new', request_id: 'r-77', ...more })).action)

    expect(fault).toContain('r-77')
    expect(new Set([fault, later, request]).size).toBe(3)
    expect(explain(serverGone()).message).toMatch(/server is not responding/i)
  })

  it('of a task has words of its own, or the server’s in one line', async () => {
    const { explainTask, explainBriefly } = await explainIn('en')

    expect(explainTask('never-heard-of')).toBeNull()
    expect(explainBriefly('never-heard-of', null, 'It said so.')).toBe('It said so.')
    expect(explainBriefly('bad-key', {}, 'HTTP 401')).not.toContain('HTTP 401')
  })
})
