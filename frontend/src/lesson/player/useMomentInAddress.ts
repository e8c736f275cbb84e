import { watch, type Ref } from 'vue'
import { useRoute } from 'vue-router'
import type { LessonText } from '../transcript/LessonText'
import type { Pane } from '../transcript/pane'
import type { Player } from './usePlayer'

/** The second that the page's address names; null: none. */
export function useSecondInAddress(): () => number | null {
  const route = useRoute()
  return () => {
    const seconds = Number(route.query.t ?? Number.NaN)
    return route.name === 'lesson' && Number.isFinite(seconds) && seconds >= 0 ? seconds : null
  }
}

interface Reading {
  player: Player
  text: Readonly<Ref<LessonText | null>>
  pane: Readonly<Ref<Pane | null>>
}

/** Go to the moment that the address names: as the page opens, and when it names another one. */
export function useMomentInAddress({ player, text, pane }: Reading): void {
  const secondInAddress = useSecondInAddress()

  watch(secondInAddress, (seconds) => {
    if (seconds !== null) player.seek(seconds)
  })

  // Whoever comes for a moment sees it as soon as the text is there.
  let hasArrived = false
  watch(pane, (shown) => {
    const seconds = secondInAddress()
    const position = seconds === null ? null : (text.value?.segmentAt(seconds) ?? null)
    if (shown === null || position === null || hasArrived) return
    hasArrived = true
    void shown.arrive(position)
  })
}
