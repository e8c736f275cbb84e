import {
  inject,
  onScopeDispose,
  provide,
  ref,
  shallowRef,
  watch,
  type InjectionKey,
  type Ref,
} from 'vue'
import { useEventListener, useLocalStorage } from '@vueuse/core'

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const
export const SKIP_SECONDS = 10

export interface Span {
  start: number
  end: number
}

/** One player of a page: the media element, and all that is to be known of it. */
export function usePlayer(length: Readonly<Ref<number | null>>) {
  const media = shallowRef<HTMLMediaElement | null>(null)
  const time = ref(0)
  const duration = ref(0)
  const isPlaying = ref(false)
  const isWaiting = ref(false)
  const hasFailed = ref(false)
  const hasPicture = ref(false)
  const rate = useLocalStorage('lectern.rate', 1)
  /** What is played again and again. */
  const loop = ref<Span | null>(null)
  /** How often somebody went to another place: whoever shows the text goes there, too. */
  const jumps = ref(0)

  function tick(): void {
    const element = media.value
    if (element === null) return
    if (loop.value !== null && element.currentTime >= loop.value.end) {
      element.currentTime = loop.value.start
    }
    time.value = element.currentTime
  }

  let frame = 0
  function follow(): void {
    tick()
    frame = requestAnimationFrame(follow)
  }
  watch(isPlaying, (playing) => {
    cancelAnimationFrame(frame)
    if (playing) follow()
  })
  onScopeDispose(() => cancelAnimationFrame(frame))

  const on = (name: string, listener: () => void) => useEventListener(media, name, listener)
  on('play', () => (isPlaying.value = true))
  on('pause', () => (isPlaying.value = false))
  on('ended', () => {
    isPlaying.value = false
    // The last sentence may end with the recording.
    if (loop.value !== null) playFrom(loop.value.start)
  })
  on('waiting', () => (isWaiting.value = true))
  on('playing', () => (isWaiting.value = false))
  on('canplay', () => (isWaiting.value = false))
  on('error', () => (hasFailed.value = true))
  on('seeked', tick)
  // A tab in the background has no frames.
  on('timeupdate', () => {
    if (isPlaying.value) tick()
  })
  on('loadedmetadata', () => {
    const element = media.value
    if (element === null) return
    hasFailed.value = false
    if (Number.isFinite(element.duration)) duration.value = element.duration
    hasPicture.value = element instanceof HTMLVideoElement && element.videoWidth > 0
    element.playbackRate = rate.value
  })
  watch(rate, (value) => {
    if (media.value !== null) media.value.playbackRate = value
  })
  watch(
    length,
    (seconds) => {
      if (media.value === null || media.value.readyState === 0) duration.value = seconds ?? 0
    },
    { immediate: true },
  )

  async function play(): Promise<void> {
    try {
      await media.value?.play()
    } catch (error) {
      // Paused before it had begun, or refused until somebody presses a button.
      if (!(error instanceof DOMException)) throw error
    }
  }

  function pause(): void {
    media.value?.pause()
  }

  function toggle(): void {
    if (isPlaying.value) pause()
    else void play()
  }

  function seek(seconds: number): void {
    const end = duration.value > 0 ? duration.value : Infinity
    const to = Math.min(Math.max(0, seconds), end)
    time.value = to
    jumps.value += 1
    if (media.value !== null) media.value.currentTime = to
  }

  function playFrom(seconds: number): void {
    seek(seconds)
    void play()
  }

  function skip(seconds: number): void {
    seek(time.value + seconds)
  }

  /** The next faster or slower of the usual rates. */
  function changeRate(step: 1 | -1): void {
    const others = RATES.filter((each) => (each - rate.value) * step > 0)
    rate.value = (step === 1 ? others[0] : others.at(-1)) ?? rate.value
  }

  return {
    media,
    time,
    duration,
    isPlaying,
    isWaiting,
    hasFailed,
    hasPicture,
    rate,
    loop,
    jumps,
    play,
    pause,
    toggle,
    seek,
    playFrom,
    skip,
    changeRate,
  }
}

export type Player = ReturnType<typeof usePlayer>

const PLAYER: InjectionKey<Player> = Symbol('player')

export function providePlayer(player: Player): void {
  provide(PLAYER, player)
}

export function useGivenPlayer(): Player {
  const player = inject(PLAYER)
  if (player === undefined) throw new Error('no player is given here')
  return player
}
