/**
 * The one connection to the server's events, and whether the server is there at all.
 *
 * A stream that breaks off is taken up again by the browser, which names the last event that it has.
 * When the server stays away it is `gone`: the stream is given up, and the server is asked now and
 * then whether it is back. A new stream begins with the event `begin`, which says that lists must be
 * read again, so nothing is missed either way.
 *
 * A server that has no place for one more stream is there all the same: the stream is asked for again
 * after the time that the server names, and until then lists are read again each time.
 *
 * A tab that nobody sees lets go of its stream: a browser opens six connections to a server at most,
 * and the seventh tab would wait for ever.
 */

import { defineStore } from 'pinia'
import { onScopeDispose, readonly, ref } from 'vue'
import { failureOf, TOO_MANY_STREAMS } from './failure'
import { isServerThere } from './health'
import { onUnreachable } from './reachability'
import type { DownloadPublic, TaskPublic } from './schema'

export interface ServerEvents {
  /** Lists must be read again: what happened before is not known. */
  begin: Record<string, never>
  task: TaskPublic
  download: DownloadPublic
}

export type EventName = keyof ServerEvents
type Listener<N extends EventName> = (content: ServerEvents[N]) => void

const EVENTS_ADDRESS = '/api/v1/events'
const EVENT_NAMES: readonly EventName[] = ['begin', 'task', 'download']

/** A server that is started again is back within this time, and nobody needs to be told. */
export const GRACE_MS = 4000
export const PROBE_MS = 2000
export const HIDDEN_MS = 10_000
/** Where the server does not say how long to wait. */
const PLACE_SECONDS = 15

export const useConnection = defineStore('connection', () => {
  const state = ref<'online' | 'gone'>('online')
  const listeners = {
    begin: new Set<Listener<'begin'>>(),
    task: new Set<Listener<'task'>>(),
    download: new Set<Listener<'download'>>(),
  }
  let stream: EventSource | null = null
  let graceTimer: number | undefined
  let probeTimer: number | undefined
  let hiddenTimer: number | undefined
  let placeTimer: number | undefined

  function openStream(): void {
    if (stream !== null) return
    stream = new EventSource(EVENTS_ADDRESS)
    stream.onopen = beOnline
    stream.onerror = waitForStream
    for (const name of EVENT_NAMES) {
      stream.addEventListener(name, (event: MessageEvent<string>) => {
        tell(name, JSON.parse(event.data))
      })
    }
  }

  function closeStream(): void {
    stream?.close()
    stream = null
    clearTimeout(graceTimer)
    clearTimeout(placeTimer)
    graceTimer = undefined
  }

  function tell<N extends EventName>(name: N, content: ServerEvents[N]): void {
    for (const listener of listeners[name] as Set<Listener<N>>) listener(content)
  }

  function beOnline(): void {
    clearTimeout(graceTimer)
    clearTimeout(probeTimer)
    graceTimer = undefined
    state.value = 'online'
  }

  function waitForStream(): void {
    // The browser tries again by itself, but not after an answer that was no stream.
    if (stream?.readyState === EventSource.CLOSED) void findOutWhy()
    else graceTimer ??= window.setTimeout(beGone, GRACE_MS)
  }

  async function findOutWhy(): Promise<void> {
    closeStream()
    const waitMs = await waitForPlaceMs()
    if (stream !== null || document.hidden) return
    if (waitMs === null) beGone()
    else placeTimer = window.setTimeout(tryAgain, waitMs)
  }

  function tryAgain(): void {
    tell('begin', {})
    openStream()
  }

  function beGone(): void {
    closeStream()
    state.value = 'gone'
    probeLater()
  }

  function probeLater(): void {
    clearTimeout(probeTimer)
    probeTimer = window.setTimeout(() => void probe(), PROBE_MS)
  }

  /** Ask whether the server is back, and go on if it is. */
  async function probe(): Promise<void> {
    clearTimeout(probeTimer)
    const isBack = await isServerThere()
    if (document.hidden) return
    if (isBack) {
      beOnline()
      openStream()
    } else probeLater()
  }

  function followVisibility(): void {
    clearTimeout(hiddenTimer)
    if (document.hidden) hiddenTimer = window.setTimeout(rest, HIDDEN_MS)
    else if (state.value === 'gone') void probe()
    else openStream()
  }

  function rest(): void {
    closeStream()
    clearTimeout(probeTimer)
  }

  /** Begin to listen; returns what ends it. */
  function start(): () => void {
    const stopHearing = onUnreachable(() => {
      if (state.value === 'online') beGone()
    })
    document.addEventListener('visibilitychange', followVisibility)
    if (!document.hidden) openStream()
    return () => {
      stopHearing()
      document.removeEventListener('visibilitychange', followVisibility)
      clearTimeout(hiddenTimer)
      rest()
    }
  }

  /** Returns what ends the listening. */
  function on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    const ofName = listeners[name] as Set<Listener<N>>
    ofName.add(listener)
    return () => ofName.delete(listener)
  }

  return { state: readonly(state), start, on }
})

/**
 * How long to wait for a place among the streams; null: that is not what the stream was refused for.
 * The browser itself does not tell what was answered.
 */
async function waitForPlaceMs(): Promise<number | null> {
  const asked = new AbortController()
  try {
    const response = await fetch(EVENTS_ADDRESS, { cache: 'no-store', signal: asked.signal })
    if (response.ok) return 0
    const { code, retryAfterSeconds } = await failureOf(response)
    return code === TOO_MANY_STREAMS ? 1000 * (retryAfterSeconds ?? PLACE_SECONDS) : null
  } catch {
    return null // no answer came
  } finally {
    asked.abort()
  }
}

/** Listen for as long as the component, or the scope, lives. */
export function useServerEvent<N extends EventName>(name: N, listener: Listener<N>): void {
  onScopeDispose(useConnection().on(name, listener))
}
