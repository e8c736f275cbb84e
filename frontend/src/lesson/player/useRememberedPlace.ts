import { onScopeDispose, watch } from 'vue'
import { useEventListener } from '@vueuse/core'
import type { Player } from './usePlayer'

const KEY = 'lectern.places'
const MOST_PLACES = 200
const EVERY_SECONDS = 5
/** Whoever is as near to the end has heard it. */
const END_SECONDS = 5

type Place = [lessonId: number, seconds: number]

export function readPlace(lessonId: number): number {
  return readPlaces().find(([id]) => id === lessonId)?.[1] ?? 0
}

/** Where lessons were left in this browser, the last one first. */
export function readPlaces(): Place[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? (stored as Place[]) : []
  } catch {
    return [] // another program has written it
  }
}

function writePlace(lessonId: number, seconds: number): void {
  const others = readPlaces().filter(([id]) => id !== lessonId)
  const own: Place[] = seconds > 0 ? [[lessonId, Math.round(seconds * 10) / 10]] : []
  localStorage.setItem(KEY, JSON.stringify([...own, ...others].slice(0, MOST_PLACES)))
}

/** The lesson is not there any more. */
export function forgetPlace(lessonId: number): void {
  writePlace(lessonId, 0)
}

/** Remember in this browser how far a lesson was heard. */
export function useRememberedPlace(lessonId: number, player: Player): void {
  let written = player.time.value

  function write(): void {
    const { time, duration } = player
    if (time.value === written) return
    written = time.value
    const isHeard = duration.value > 0 && time.value > duration.value - END_SECONDS
    writePlace(lessonId, isHeard ? 0 : time.value)
  }

  watch(player.time, (time) => {
    if (player.isPlaying.value && Math.abs(time - written) >= EVERY_SECONDS) write()
  })
  watch(player.isPlaying, (playing) => {
    if (!playing) write()
  })
  useEventListener(window, 'pagehide', write)
  onScopeDispose(write)
}
