import { describe, expect, it } from 'vitest'
import { Failure } from '@/api/failure'
import { doWithEach } from './inTurn'

describe('Something done with each of many', () => {
  it('is done with all, though some fail, and tells of the first that did', async () => {
    const outcome = await doWithEach([1, 2, 3, 4, 5, 6], (n) => {
      if (n % 3 === 0) return Promise.reject(new Failure({ code: `no-${String(n)}` }))
      return Promise.resolve()
    })

    expect(outcome.done.sort()).toEqual([1, 2, 4, 5])
    expect(outcome.failure?.code).toBe('no-3')
  })

  it('is begun with a few at once', async () => {
    const open: (() => void)[] = []
    const work = doWithEach([1, 2, 3, 4, 5, 6], () => new Promise<void>((end) => open.push(end)))
    expect(open).toHaveLength(4)

    open.shift()?.()
    await Promise.resolve()
    await Promise.resolve()
    expect(open.length + 1).toBe(5)

    while (open.length > 0) {
      open.splice(0).forEach((end) => end())
      await new Promise((next) => setTimeout(next))
    }
    expect((await work).done).toHaveLength(6)
  })

  it('does not hide a fault of ours', async () => {
    const fault = new TypeError('x is undefined')

    await expect(doWithEach([1], () => Promise.reject(fault))).rejects.toBe(fault)
  })
})
