import { describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { serverGone } from '@/api/failure'
import type { SendingListener } from '@/api/uploads'
import { fakeServer, problem } from '@/testing/server'
import { aFile, aStatus, anUpload } from '@/testing/uploads'
import type { Effect } from './queue'
import { useRunner } from './runner'
import type { UploadEvent } from './upload'

interface Sending {
  listener: SendingListener
  isStopped: boolean
  /** tus-js-client has been loaded. */
  load: () => void
}

// What goes over the wire is the business of tus-js-client; the browser tests have it whole.
const { sendings } = vi.hoisted(() => ({ sendings: [] as Sending[] }))
vi.mock('@/api/uploads', async (original) => ({
  ...(await original<object>()),
  sendRecording: (_file: File, _details: unknown, _id: unknown, listener: SendingListener) =>
    new Promise<() => void>((loaded) => {
      const sending: Sending = {
        ...{ listener, isStopped: false },
        load: () => loaded(() => (sending.isStopped = true)),
      }
      sendings.push(sending)
    }),
}))

const details = { course: '', isProcessed: true }
const SEND: Effect = { type: 'send', key: 1, file: aFile(), details, uploadId: null }

function openRunner() {
  sendings.length = 0
  const events: [key: number, event: UploadEvent][] = []
  const told = { arrived: vi.fn(), through: vi.fn() }
  const scope = effectScope()
  const run = scope.run(() =>
    useRunner({ happened: (key, event) => events.push([key, event]), ...told }),
  )
  if (run === undefined) throw new Error('the scope is over')
  return { run, events, scope, ...told }
}

async function sending(): Promise<Sending> {
  await Promise.resolve()
  return sendings[0] as Sending
}

describe('The runner', () => {
  it('tells of a transfer what goes out, and how it ends', async () => {
    const { run, events } = openRunner()
    run(SEND)
    const { listener, load } = await sending()
    load()
    listener.begun('u1')
    listener.sent(400)
    listener.failed(serverGone())

    expect(events.map(([key, { type }]) => [key, type])).toEqual([
      [1, 'begun'],
      [1, 'sent'],
      [1, 'broken'],
    ])
  })

  it('tells nothing more of one that was stopped, but that the server knows it', async () => {
    const { run, events } = openRunner()
    run(SEND)
    const first = await sending()
    first.load()
    await Promise.resolve()
    run({ type: 'stop', key: 1 })
    expect(first.isStopped).toBe(true)

    first.listener.sent(400)
    first.listener.failed(serverGone())
    first.listener.begun('u1')

    expect(events).toEqual([[1, { type: 'begun', uploadId: 'u1' }]])
  })

  it('stops one as soon as it can, where its library is still on its way', async () => {
    const { run } = openRunner()
    run(SEND)
    const first = await sending()
    run({ type: 'stop', key: 1 })
    expect(first.isStopped).toBe(false)

    first.load()

    await vi.waitFor(() => expect(first.isStopped).toBe(true))
  })

  it('asks the server, and tells its answer or why there is none', async () => {
    const { run, events } = openRunner()
    const server = fakeServer({ 'GET /api/v1/uploads/u1': aStatus({ offset: 7 }) })
    run({ type: 'look', key: 1, uploadId: 'u1' })
    await vi.waitFor(() => expect(events).toHaveLength(1))
    server.on('GET /api/v1/uploads/u1', () => problem(404, 'upload-not-found'))
    run({ type: 'ask', key: 1, uploadId: 'u1' })
    await vi.waitFor(() => expect(events).toHaveLength(2))

    expect(events).toMatchObject([
      [1, { type: 'answered', status: { offset: 7 } }],
      [1, { type: 'broken', failure: { status: 404 } }],
    ])
  })

  it('remembers, forgets and guards until its page is over', () => {
    const { run, scope } = openRunner()
    const isAsked = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    const upload = { uploadId: null, name: 'a.mp3', size: 1, modified: 1, details }
    run({ type: 'remember', id: 'a', upload })
    run({ type: 'guard', isGuarded: true })
    expect([localStorage.length, isAsked()]).toEqual([1, true])

    run({ type: 'forget', id: 'a' })
    scope.stop()
    expect([localStorage.length, isAsked()]).toEqual([0, false])
  })

  it('passes on what has become lessons', () => {
    const { run, arrived, through } = openRunner()
    const upload = anUpload()
    run({ type: 'arrive', upload })
    run({ type: 'tell', added: [upload] })

    expect(arrived).toHaveBeenCalledWith(upload)
    expect(through).toHaveBeenCalledWith([upload])
  })
})
