import { describe, expect, it } from 'vitest'
import { problem } from '@/testing/server'
import { asFailure, Failure, failureOf, isAbort, serverGone } from './failure'

describe('A failure', () => {
  it('keeps what the problem details say', async () => {
    const response = problem(412, 'conflict', {
      present: { text: 'Isaac' },
      errors: [{ location: 'body.title', message: 'Too long.', code: 'too-long' }],
      near: ['small'],
    })
    response.headers.set('ETag', '"v2"')
    response.headers.set('Retry-After', '7')

    const failure = await failureOf(response)

    expect(failure).toMatchObject({
      ...{
        code: 'conflict',
        status: 412,
        message: 'The server says conflict.',
        retryAfterSeconds: 7,
      },
      ...{ present: { text: 'Isaac' }, presentEtag: '"v2"', isConflict: true, isGone: false },
      ...{ near: ['small'], fields: [{ location: 'body.title' }] },
    })
  })

  it('of a proxy whose server is down is that of a server that is gone', async () => {
    const failure = await failureOf(new Response('<h1>Bad gateway</h1>', { status: 502 }))

    expect(failure).toMatchObject({ isGone: true, retryable: true })
  })

  it('of any other answer can be told, and is not tried again', async () => {
    const failure = await failureOf(new Response('?', { status: 418 }))

    expect(failure).toMatchObject({ code: 'unexpected-answer', status: 418, retryable: false })
  })

  it('is told from a fault of ours, which is thrown on', () => {
    const fault = new TypeError('x is undefined')
    const gone = serverGone()

    expect(asFailure(gone)).toBe(gone)
    expect(() => asFailure(fault)).toThrow(fault)
    expect(isAbort(new DOMException('', 'AbortError'))).toBe(true)
    expect(isAbort(new Failure({ code: 'x' }))).toBe(false)
  })
})
