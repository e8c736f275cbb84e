import { vi } from 'vitest'

type Answer = (request: Request) => Response | Promise<Response>

export interface FakeServer {
  /** What was asked, such as "GET /api/v1/lessons?limit=50". */
  requests: string[]
  /** Answer a method and a path, such as "GET /api/v1/lessons", from now on. */
  on: (called: string, answer: Answer) => void
  /** From now on nothing answers. */
  die: () => void
  /** From now on it answers again. */
  revive: () => void
}

/** A server in place of `fetch`; what it was not told to answer is not found. */
export function fakeServer(answers: Record<string, unknown> = {}): FakeServer {
  const handlers = new Map<string, Answer>()
  let isDead = false
  const server: FakeServer = {
    requests: [],
    on: (called, answer) => handlers.set(called, answer),
    die: () => (isDead = true),
    revive: () => (isDead = false),
  }
  for (const [called, content] of Object.entries(answers)) {
    server.on(called, () => Response.json(content))
  }
  vi.stubGlobal('fetch', async (asked: Request | string) => {
    const request = typeof asked === 'string' ? new Request(new URL(asked, location.origin)) : asked
    const { pathname, search } = new URL(request.url)
    server.requests.push(`${request.method} ${pathname}${search}`)
    request.signal.throwIfAborted()
    if (isDead) throw new TypeError('Failed to fetch')
    const answer = handlers.get(`${request.method} ${pathname}`)
    return answer === undefined ? problem(404, 'not-found') : answer(request)
  })
  return server
}

export function problem(
  status: number,
  code: string,
  more: Record<string, unknown> = {},
): Response {
  const members = {
    type: `urn:lectern:problem:${code}`,
    title: code,
    status,
    detail: `The server says ${code}.`,
    code,
    action: 'Do what the detail says.',
    retryable: status >= 500,
    ...more,
  }
  const headers = { 'Content-Type': 'application/problem+json' }
  return new Response(JSON.stringify(members), { status, headers })
}
