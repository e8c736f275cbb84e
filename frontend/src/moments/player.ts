import { defineStore } from 'pinia'
import { computed, readonly, ref, shallowRef, watch } from 'vue'
import { recordingAddress } from '@/api/media'
import { useListening } from '@/lesson/player/listening'

/** A stretch of a recording, in seconds from its start. */
export interface Moment {
  lessonId: number
  start: number
  end: number
}

export function isSameMoment(one: Moment | null, other: Moment | null): boolean {
  return one?.lessonId === other?.lessonId && one?.start === other?.start && one?.end === other?.end
}

/** Plays one moment at a time, where it is shown, without opening its lesson. */
export const useMomentPlayer = defineStore('moments', () => {
  const listening = useListening()
  const moment = shallowRef<Moment | null>(null)
  const isWaiting = ref(false)
  const hasFailed = ref(false)
  const seconds = ref(0)
  let element: HTMLAudioElement | null = null

  /** How much of the moment was heard, 0 to 1. */
  const share = computed(() => {
    if (moment.value === null) return 0
    const { start, end } = moment.value
    return Math.min(1, Math.max(0, (seconds.value - start) / (end - start)))
  })

  function audio(): HTMLAudioElement {
    if (element !== null) return element
    element = new Audio()
    element.preload = 'none'
    element.addEventListener('playing', () => (isWaiting.value = false))
    element.addEventListener('waiting', () => (isWaiting.value = true))
    element.addEventListener('timeupdate', follow)
    element.addEventListener('ended', stop)
    element.addEventListener('error', fail)
    return element
  }

  function follow(): void {
    if (element === null || moment.value === null) return
    seconds.value = element.currentTime
    if (element.currentTime >= moment.value.end) stop()
  }

  function fail(): void {
    if (moment.value === null) return // the address was taken away by `stop`
    stop()
    hasFailed.value = true
  }

  async function play(wanted: Moment): Promise<void> {
    const recording = audio()
    const address = recordingAddress(wanted.lessonId)
    listening.pause()
    moment.value = wanted
    hasFailed.value = false
    isWaiting.value = true
    seconds.value = wanted.start
    if (recording.getAttribute('src') !== address) recording.src = address
    recording.currentTime = wanted.start
    try {
      await recording.play()
    } catch {
      // Stopped before it began, or the recording cannot be played: then `error` says so, too.
      if (recording.error !== null) fail()
    }
  }

  function stop(): void {
    element?.pause()
    moment.value = null
    isWaiting.value = false
  }

  // Two are never heard at once.
  watch(
    () => listening.kept?.player.isPlaying.value === true,
    (isHeard) => {
      if (isHeard) stop()
    },
  )

  return {
    moment: readonly(moment),
    isWaiting: readonly(isWaiting),
    hasFailed: readonly(hasFailed),
    share,
    play,
    stop,
  }
})
