import { describe, expect, it } from 'vitest'
import { fakeServer, problem } from '@/testing/server'
import { Failure } from './failure'
import { changeLesson, getLesson, listLessons } from './lessons'
import { onUnreachable } from './reachability'

async function failureOfCall(call: Promise<unknown>): Promise<Failure> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Failure)
  return error as Failure
}

describe('the client', () => {
  it('gives what can be edited with its ETag', async () => {
    const server = fakeServer()
    server.on('GET /api/v1/lessons/3', () =>
      Response.json({ id: 3, title: 'Enzymes' }, { headers: { ETag: '"v1.abc"' } }),
    )

    const lesson = await getLesson(3)

    expect(lesson).toMatchObject({ etag: '"v1.abc"', value: { title: 'Enzymes' } })
  })

  it('names the ETag in a change, and says what is there where somebody was quicker', async () => {
    const server = fakeServer()
    let named: string | null = null
    server.on('PATCH /api/v1/lessons/3', (request) => {
      named = request.headers.get('If-Match')
      const answer = problem(412, 'conflict', { present: { title: 'The other version' } })
      answer.headers.set('ETag', '"v2"')
      return answer
    })

    const failure = await failureOfCall(changeLesson(3, { title: 'Mine' }, '"v1.abc"'))

    expect(named).toBe('"v1.abc"')
    expect(failure).toMatchObject({
      isConflict: true,
      present: { title: 'The other version' },
      presentEtag: '"v2"',
    })
  })

  it('makes one failure of every problem', async () => {
    const server = fakeServer()
    server.on('GET /api/v1/lessons', () => {
      const answer = problem(503, 'server-busy', { request_id: 'abc' })
      answer.headers.set('Retry-After', '5')
      return answer
    })

    const failure = await failureOfCall(listLessons({}))

    expect(failure).toMatchObject({
      message: 'The server says server-busy.',
      action: 'Do what the detail says.',
      code: 'server-busy',
      status: 503,
      retryable: true,
      retryAfterSeconds: 5,
      requestId: 'abc',
      isGone: false,
    })
  })

  it.each([
    ['nothing answers', (server: ReturnType<typeof fakeServer>) => server.die()],
    [
      'a proxy answers for it',
      (server: ReturnType<typeof fakeServer>) =>
        server.on('GET /api/v1/lessons', () => new Response('Bad gateway', { status: 502 })),
    ],
  ])('says that the server is gone when %s', async (_, harm) => {
    harm(fakeServer())
    let told = 0
    const stop = onUnreachable(() => (told += 1))

    const failure = await failureOfCall(listLessons({}))
    stop()

    expect(failure.isGone).toBe(true)
    expect(failure.retryable).toBe(true)
    expect(told).toBe(1)
  })

  it('does not take an answer that is not the server’s for one', async () => {
    fakeServer().on('GET /api/v1/lessons', () => new Response('<html>', { status: 403 }))

    expect(await failureOfCall(listLessons({}))).toMatchObject({
      code: 'unexpected-answer',
      status: 403,
    })
  })

  it('lets a request be given up without calling that a failure', async () => {
    fakeServer()
    const controller = new AbortController()
    controller.abort()
    let told = 0
    const stop = onUnreachable(() => (told += 1))

    await expect(listLessons({}, { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    stop()
    expect(told).toBe(0)
  })
})
