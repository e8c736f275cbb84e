import { ref, watch, type Ref } from 'vue'
import type { Player } from './player/usePlayer'
import type { LessonText } from './transcript/LessonText'

/** Play one sentence again and again: the one that is said, or that one goes to. */
export function useLoop(player: Player, text: Readonly<Ref<LessonText | null>>) {
  const isLooping = ref(false)

  watch([isLooping, player.jumps], ([looping]) => {
    const position = looping ? (text.value?.segmentAt(player.time.value) ?? null) : null
    const segment = position === null ? null : text.value?.segment(position)
    player.loop.value = segment ? { start: segment.start, end: segment.end } : null
  })

  return isLooping
}
