import { onScopeDispose, watch, watchEffect, type Ref } from 'vue'
import type { LessonListed } from '@/api/lessons'
import { SKIP_SECONDS, type Player } from './usePlayer'

const ACTIONS = [
  'play',
  'pause',
  'stop',
  'seekbackward',
  'seekforward',
  'seekto',
] as const satisfies MediaSessionAction[]

let holder: Player | null = null

/** Media keys, the lock screen, headphones. */
export function useMediaSession(lesson: Readonly<Ref<LessonListed | null>>, player: Player): void {
  const session = (navigator as Partial<Navigator>).mediaSession
  if (session === undefined) return

  const act: Record<(typeof ACTIONS)[number], MediaSessionActionHandler> = {
    play: () => void player.play(),
    pause: player.pause,
    stop: player.pause,
    seekbackward: ({ seekOffset }) => player.skip(-(seekOffset ?? SKIP_SECONDS)),
    seekforward: ({ seekOffset }) => player.skip(seekOffset ?? SKIP_SECONDS),
    seekto: ({ seekTime }) => player.seek(seekTime ?? player.time.value),
  }
  // Of several players, the keys are of the one that was played last.
  watch(player.isPlaying, (playing) => {
    if (!playing) return
    holder = player
    for (const action of ACTIONS) session.setActionHandler(action, act[action])
  })
  watchEffect(() => {
    if (!player.isPlaying.value) return
    const { title, course } = lesson.value ?? {}
    session.metadata = title ? new MediaMetadata({ title, artist: course ?? '' }) : null
  })
  watch(player.isPlaying, (playing) => {
    if (holder === player) session.playbackState = playing ? 'playing' : 'paused'
  })
  watch(
    // Between these the browser counts on by itself.
    [player.isPlaying, player.rate, player.duration, () => Math.floor(player.time.value / 5)],
    () => {
      const { duration, time, rate } = player
      if (duration.value <= 0 || holder !== player) return
      const position = Math.min(time.value, duration.value)
      session.setPositionState({ duration: duration.value, position, playbackRate: rate.value })
    },
  )
  onScopeDispose(() => {
    if (holder !== player) return
    holder = null
    for (const action of ACTIONS) session.setActionHandler(action, null)
    session.metadata = null
    session.playbackState = 'none'
  })
}
