import type { InvalidField, Problem } from './schema'

export const SERVER_GONE = 'server-gone'
export const UNEXPECTED_ANSWER = 'unexpected-answer'
/** The request did not show that it is the owner's. */
export const OWNER_ONLY = 'owner-only'
/** As many event streams are open as the server keeps. */
export const TOO_MANY_STREAMS = 'too-many-streams'

const FROM_A_PROXY = new Set([502, 503, 504])

/** Why a request had no result, whatever it was: one form for all that shows or handles it. */
export class Failure extends Error {
  override readonly name = 'Failure'
  /** For programs: that of the problem details, SERVER_GONE or UNEXPECTED_ANSWER. */
  readonly code: string
  /** Of the answer; 0 where there was none. */
  readonly status: number
  /** What to do, in the server's words, which speak of its API; "" where it has none. */
  readonly action: string
  /** Whether the same request may succeed later by itself. */
  readonly retryable: boolean
  readonly retryAfterSeconds: number | null
  /** Stands in the server's log, too. */
  readonly requestId: string | null
  /** What the words for the code need beside it, such as a file's name. */
  readonly facts: Readonly<Record<string, unknown>>
  /** Of a wrong request: which of its parts are wrong, such as `body.title`, and why. */
  readonly fields: readonly InvalidField[]
  /** Of a name that nothing has: those that may have been meant. */
  readonly near: readonly string[]
  /** Of a change that somebody else was quicker with: what is there now, and its ETag. */
  readonly present: Record<string, unknown> | null
  readonly presentEtag: string | null

  constructor(problem: Partial<Problem> & { code: string }, headers = new Headers()) {
    super(problem.detail ?? problem.code)
    this.code = problem.code
    this.status = problem.status ?? 0
    this.action = problem.action ?? ''
    this.retryable = problem.retryable ?? false
    this.retryAfterSeconds = secondsOf(headers.get('Retry-After'))
    this.requestId = problem.request_id ?? headers.get('X-Request-ID')
    this.facts = problem.facts ?? {}
    this.fields = problem.errors ?? []
    this.near = problem.near ?? []
    this.present = problem.present ?? null
    this.presentEtag = problem.present ? headers.get('ETag') : null
  }

  /** No answer came: the network is down, or the server is. */
  get isGone(): boolean {
    return this.code === SERVER_GONE
  }

  /** Somebody else was quicker: see `present`. */
  get isConflict(): boolean {
    return this.status === 412
  }
}

function secondsOf(retryAfter: string | null): number | null {
  const seconds = Number(retryAfter ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds : null
}

export function serverGone(): Failure {
  return new Failure({ code: SERVER_GONE, retryable: true })
}

/** The failure that an answer with an error's status tells of. */
export async function failureOf(response: Response): Promise<Failure> {
  const { status, headers } = response
  if (headers.get('Content-Type')?.startsWith('application/problem+json')) {
    return new Failure((await response.json()) as Problem, headers)
  }
  if (FROM_A_PROXY.has(status)) return serverGone()
  return new Failure({ code: UNEXPECTED_ANSWER, status }, headers)
}

/** Any error as a failure; whatever is not one is a fault of ours, and is thrown on. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}

export function isAbort(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError'
  )
}
