import { defineStore } from 'pinia'
import {
  computed,
  effectScope,
  markRaw,
  onBeforeUnmount,
  shallowRef,
  watch,
  watchEffect,
  type Ref,
  type ShallowRef,
} from 'vue'
import type { LessonListed } from '@/api/lessons'
import { recordingAddress } from '@/api/media'
import { useMediaSession } from './useMediaSession'
import { usePlayer, type Player } from './usePlayer'
import { readPlace, useRememberedPlace } from './useRememberedPlace'

/** A lesson that is heard, on its own page or without it. */
export interface Listening {
  lessonId: number
  lesson: ShallowRef<LessonListed | null>
  element: HTMLVideoElement
  player: Player
  end: () => void
}

/** Where an element plays that no page shows: out of the document it would pause. */
function aside(): HTMLElement {
  const id = 'aside'
  const made = document.getElementById(id) ?? document.createElement('div')
  made.id = id
  made.hidden = true
  if (!made.isConnected) document.body.append(made)
  return made
}

function beginListening(lessonId: number, at: number, onPlay: () => void): Listening {
  const scope = effectScope(true)
  const lesson = shallowRef<LessonListed | null>(null)
  const element = document.createElement('video')
  element.preload = 'metadata'
  element.playsInline = true
  const player = scope.run(() => {
    const made = usePlayer(computed(() => lesson.value?.duration ?? null))
    made.time.value = at
    useRememberedPlace(lessonId, made)
    useMediaSession(lesson, made)
    watch(made.isPlaying, (playing) => {
      if (playing) onPlay()
    })
    // Not before the lesson is known: it may have no recording.
    watchEffect(() => {
      if (made.media.value !== null || lesson.value?.has_recording !== true) return
      made.media.value = element
      element.src = recordingAddress(lessonId)
      if (made.time.value > 0) element.currentTime = made.time.value
    })
    return made
  }) as Player
  function end(): void {
    player.pause()
    scope.stop()
    element.remove()
    element.removeAttribute('src')
    element.load()
  }
  return markRaw({ lessonId, lesson, element, player, end })
}

/** What is heard goes on while one looks around: one lesson at a time. */
export const useListening = defineStore('listening', () => {
  /** Goes on without its page. */
  const kept = shallowRef<Listening | null>(null)

  function begin(lessonId: number, at: number): Listening {
    const begun: Listening = beginListening(lessonId, at, () => {
      if (kept.value !== begun) stop()
    })
    return begun
  }

  /** For the lesson's page: what is heard already is taken over as it is. */
  function open(lessonId: number, at: number | null): Listening {
    const present = kept.value
    if (present?.lessonId !== lessonId) return begin(lessonId, at ?? readPlace(lessonId))
    kept.value = null
    if (at !== null) present.player.seek(at)
    return present
  }

  /** The page is left: what is played goes on, and what is not ends. */
  function leave(listening: Listening): void {
    listening.player.loop.value = null
    if (!listening.player.isPlaying.value) return listening.end()
    keep(listening)
  }

  function keep(listening: Listening): void {
    aside().append(listening.element)
    kept.value = listening
  }

  /** Hear a lesson from where one stopped, without its page. */
  function start(lesson: LessonListed): void {
    stop()
    const listening = begin(lesson.id, readPlace(lesson.id))
    listening.lesson.value = lesson
    keep(listening)
    void listening.player.play()
  }

  function pause(): void {
    kept.value?.player.pause()
  }

  function stop(): void {
    kept.value?.end()
    kept.value = null
  }

  return { kept, open, leave, start, pause, stop }
})

/** What is heard on a lesson's page; `at` is the second that the page was opened for. */
export function useLessonListening(
  lessonId: number,
  lesson: Readonly<Ref<LessonListed | null>>,
  at: number | null,
): Listening {
  const store = useListening()
  const listening = store.open(lessonId, at)
  watch(lesson, (known) => (listening.lesson.value = known ?? listening.lesson.value), {
    immediate: true,
    flush: 'sync',
  })
  onBeforeUnmount(() => {
    store.leave(listening)
  })
  return listening
}
