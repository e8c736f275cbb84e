import { waitFor } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PROBE_MS, useConnection } from '@/api/connection'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import { ABANDONED_MS, useDrafts, type Draft } from './drafts'

const SEGMENT = '/api/v1/lessons/1/segments/4'
const KEY = 'lectern.edit.1.4'
const DRAFT: Draft = {
  lessonId: 1,
  position: 4,
  base: 'new ton',
  text: 'Newton',
  editor: 'Ada',
}

let server: FakeServer
let stored: string
let edits: { text: string; editor: string; seen: string | null }[]

const state = (text: string) => ({ segment: 4, start: 1, end: 2, text, version: `v-${text}` })

beforeEach(() => {
  stored = DRAFT.base
  edits = []
  server = fakeServer()
  server.on(`GET ${SEGMENT}`, () => Response.json(state(stored)))
  server.on(`PATCH ${SEGMENT}`, async (request) => {
    const seen = request.headers.get('If-Match')
    if (seen !== `"v-${stored}"`) return problem(412, 'conflict', { present: state(stored) })
    const change = (await request.json()) as { text: string; editor: string }
    edits.push({ ...change, seen })
    stored = change.text
    return Response.json(state(stored))
  })
  setActivePinia(createPinia())
})

afterEach(() => vi.useRealTimers())

function leaveBehind(draft: Draft): void {
  localStorage.setItem(KEY, JSON.stringify({ ...draft, touched: Date.now() - ABANDONED_MS }))
}

describe('a draft', () => {
  it('is kept in the browser until the server has it', async () => {
    const drafts = useDrafts()
    drafts.keep(DRAFT)
    expect(localStorage.getItem(KEY)).toContain('Newton')

    await drafts.send(DRAFT)

    expect(edits).toEqual([{ text: 'Newton', editor: 'Ada', seen: '"v-new ton"' }])
    expect(drafts.of(1, 4)).toBeNull()
    expect(localStorage.getItem(KEY)).toBeNull()
  })

  it('is sent again with what was typed while it was on its way', async () => {
    const drafts = useDrafts()
    drafts.keep(DRAFT)
    const sent = drafts.send(DRAFT)
    drafts.keep({ ...DRAFT, text: 'Newton found' })
    await sent
    expect(drafts.of(1, 4)).toMatchObject({ base: 'Newton', text: 'Newton found' })

    await drafts.send(DRAFT)

    expect(stored).toBe('Newton found')
    expect(drafts.of(1, 4)).toBeNull()
  })

  it('that says what was there before is not sent', async () => {
    const drafts = useDrafts()
    drafts.keep({ ...DRAFT, text: DRAFT.base })
    await drafts.send(DRAFT)

    expect(server.requests).toEqual([])
    expect(drafts.of(1, 4)).toBeNull()
  })

  it('waits for a server that is gone, and goes when it is back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const stop = useConnection().start()
    const drafts = useDrafts()
    drafts.keep(DRAFT)
    server.die()
    await drafts.send(DRAFT)
    expect(drafts.of(1, 4)).toMatchObject({ state: 'waiting', failure: { isGone: true } })
    expect(localStorage.getItem(KEY)).toContain('Newton')

    server.revive()
    server.on('GET /healthz', () => Response.json({ status: 'ok' }))
    vi.advanceTimersByTime(PROBE_MS)
    vi.useRealTimers()

    await waitFor(() => expect(stored).toBe('Newton'))
    stop()
  })

  it('that was left behind is taken up after a reload', async () => {
    leaveBehind(DRAFT)
    useDrafts()

    await waitFor(() => expect(stored).toBe('Newton'))
    await waitFor(() => expect(localStorage.getItem(KEY)).toBeNull())
  })

  it('of another tab that is still typing is left alone', () => {
    localStorage.setItem(KEY, JSON.stringify({ ...DRAFT, touched: Date.now() }))

    expect(useDrafts().of(1, 4)).toBeNull()
  })

  it('meets what somebody else decided meanwhile, and stands in its place if that is wanted', async () => {
    stored = 'Isaac'
    const drafts = useDrafts()
    drafts.keep(DRAFT)
    await drafts.send(DRAFT)
    const draft = drafts.of(1, 4)
    expect(draft).toMatchObject({ state: 'conflict', theirs: { text: 'Isaac' } })
    expect(edits).toEqual([])

    if (draft) await drafts.keepMine(draft)

    expect(stored).toBe('Newton')
    expect(drafts.of(1, 4)).toBeNull()
  })

  it('is no conflict where somebody else decided the same', async () => {
    stored = 'Newton'
    const drafts = useDrafts()
    drafts.keep(DRAFT)
    await drafts.send(DRAFT)

    expect(edits).toEqual([])
    expect(drafts.of(1, 4)).toBeNull()
  })

  it('that the server refuses stays, and says why', async () => {
    server.on(`PATCH ${SEGMENT}`, () => problem(422, 'invalid-value'))
    const drafts = useDrafts()
    drafts.keep(DRAFT)
    await drafts.send(DRAFT)

    expect(drafts.of(1, 4)).toMatchObject({ state: 'failed', failure: { code: 'invalid-value' } })
    expect(localStorage.getItem(KEY)).toContain('Newton')
  })
})
