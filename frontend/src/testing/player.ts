import { ref, shallowRef } from 'vue'
import { usePlayer, type Player } from '@/lesson/player/usePlayer'
import { LessonText } from '@/lesson/transcript/LessonText'
import type { Pane } from '@/lesson/transcript/pane'
import { vi } from 'vitest'

/** Three sentences, of four seconds each after a pause of one. */
export function aText(): LessonText {
  return new LessonText([
    { start: 1, end: 4, text: 'Good morning.' },
    { start: 5, end: 9, text: 'Light is white.' },
    { start: 10, end: 14, text: 'A prism parts light.' },
  ])
}

/** A player of a minute, with its element; within a component or a scope. */
export function aPlayer(): Player & { element: HTMLVideoElement } {
  const player = usePlayer(ref(60))
  const element = document.createElement('video')
  player.media.value = element
  return { ...player, element }
}

/** A transcript that notes what it is asked for. */
export function aPane() {
  const pane = {
    arrive: vi.fn(() => Promise.resolve()),
    reveal: vi.fn(() => Promise.resolve()),
    enter: vi.fn(),
    focusSegment: vi.fn(() => Promise.resolve()),
    paragraphs: [],
  } satisfies Pane
  return { pane, shown: shallowRef<Pane | null>(pane) }
}
