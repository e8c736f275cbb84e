import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import { GRACE_MS, HIDDEN_MS, PROBE_MS, useConnection } from './connection'
import { tellUnreachable } from './reachability'

let server: FakeServer
let stop: () => void

function begin() {
  const connection = useConnection(createPinia())
  stop = connection.start()
  FakeEventSource.last.open()
  return connection
}

function hide(isHidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  server = fakeServer({ 'GET /healthz': { status: 'ok' } })
})

afterEach(() => {
  stop()
  Reflect.deleteProperty(document, 'hidden')
  vi.useRealTimers()
})

describe('the connection', () => {
  it('tells of events to those who listen, and no longer', () => {
    const connection = begin()
    const heard: unknown[] = []
    const leave = connection.on('task', (task) => heard.push(task.id))

    FakeEventSource.last.send('task', { id: 7 })
    leave()
    FakeEventSource.last.send('task', { id: 8 })

    expect(heard).toEqual([7])
  })

  it('says nothing when the stream is back soon', async () => {
    const connection = begin()

    FakeEventSource.last.fail()
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1)
    FakeEventSource.last.open()
    await vi.advanceTimersByTimeAsync(GRACE_MS * 2)

    expect(connection.state).toBe('online')
    expect(FakeEventSource.opened).toHaveLength(1)
  })

  it('is gone when the stream stays away, and goes on by itself', async () => {
    const connection = begin()
    server.die()
    FakeEventSource.last.fail()
    await vi.advanceTimersByTimeAsync(GRACE_MS)
    expect(connection.state).toBe('gone')

    await vi.advanceTimersByTimeAsync(PROBE_MS * 3)
    expect(connection.state).toBe('gone')

    server = fakeServer({ 'GET /healthz': { status: 'ok' } })
    await vi.advanceTimersByTimeAsync(PROBE_MS)
    expect(connection.state).toBe('online')
    expect(FakeEventSource.opened).toHaveLength(2)
  })

  it('is gone when a request had no answer, or the stream is refused', async () => {
    const connection = begin()
    tellUnreachable()
    expect(connection.state).toBe('gone')

    await vi.advanceTimersByTimeAsync(PROBE_MS)
    expect(connection.state).toBe('online')

    FakeEventSource.last.fail(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.state).toBe('gone')
  })

  it('waits as long as it is told to where there is no place for its stream', async () => {
    server.on('GET /api/v1/events', () => {
      const answer = problem(503, 'too-many-streams')
      answer.headers.set('Retry-After', '15')
      return answer
    })
    const connection = begin()
    const readings: unknown[] = []
    connection.on('begin', () => readings.push('again'))

    FakeEventSource.last.fail(true)
    await vi.advanceTimersByTimeAsync(14_999)
    expect(connection.state).toBe('online')
    expect(FakeEventSource.opened).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)

    expect(FakeEventSource.opened).toHaveLength(2)
    expect(readings).toEqual(['again'])
    FakeEventSource.last.open()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeEventSource.opened).toHaveLength(2)
  })

  it('lets go of the stream in a tab that nobody sees, and takes it up when it is seen', async () => {
    begin()
    const first = FakeEventSource.last

    hide(true)
    await vi.advanceTimersByTimeAsync(HIDDEN_MS - 1)
    expect(first.readyState).toBe(FakeEventSource.OPEN)
    await vi.advanceTimersByTimeAsync(1)
    expect(first.readyState).toBe(FakeEventSource.CLOSED)

    hide(false)
    expect(FakeEventSource.opened).toHaveLength(2)
  })
})
