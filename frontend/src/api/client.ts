/** The client that is generated from the OpenAPI document; features call the modules beside it. */

import createClient, { type Middleware } from 'openapi-fetch'
import { failureOf, isAbort, OWNER_ONLY, serverGone } from './failure'
import { keepToken, keptToken } from './ownerToken'
import { tellUnreachable } from './reachability'
import type { paths } from './schema'

const failures: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return
    const failure = await failureOf(response)
    if (failure.isGone) tellUnreachable()
    // The token that was kept is of an earlier start of the server.
    if (failure.code === OWNER_ONLY) keepToken('')
    throw failure
  },
  onError({ error }) {
    if (isAbort(error)) return
    tellUnreachable()
    return serverGone()
  },
}

const ownership: Middleware = {
  onRequest({ request }) {
    const token = keptToken()
    if (token !== '') request.headers.set('Authorization', `Bearer ${token}`)
  },
}

export const client = createClient<paths>({
  baseUrl: globalThis.location.origin,
  fetch: (request) => globalThis.fetch(request),
})
client.use(failures, ownership)

interface Answer<T> {
  data?: T
  response: Response
}

/**
 * What an answer holds.
 *
 * @throws Failure
 */
export async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  // An answer with an error's status has been thrown by the middleware.
  return (await answer).data as T
}

/** Something that can be edited, and the ETag that a change of it names. */
export interface Versioned<T> {
  value: T
  etag: string
}

/**
 * What an answer holds, with its ETag.
 *
 * @throws Failure
 */
export async function takeVersioned<T>(answer: Promise<Answer<T>>): Promise<Versioned<T>> {
  const { data, response } = await answer
  return { value: data as T, etag: response.headers.get('ETag') ?? '*' }
}

/** The header that makes a change fail with 412 where somebody else was quicker. */
export function ifMatch(etag: string): { 'if-match': string } {
  return { 'if-match': etag }
}
