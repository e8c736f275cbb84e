import { useEventListener } from '@vueuse/core'
import { ref, watch, type Ref } from 'vue'
import type { Player } from '../player/usePlayer'
import type { LessonText } from '../transcript/LessonText'
import type { Pane } from '../transcript/pane'
import { useFind } from './useFind'

interface FoundIn {
  text: Readonly<Ref<LessonText | null>>
  player: Player
  pane: Readonly<Ref<Pane | null>>
  /** Have the transcript seen, where something else is. */
  showTranscript: () => void
}

/** Finding on a lesson's page: it opens by a key, and the text goes where something was found. */
export function usePageFind({ text, player, pane, showTranscript }: FoundIn) {
  const find = useFind(text, () => text.value?.segmentAt(player.time.value) ?? 0)
  /** How often somebody asked for it: each time its field takes the focus. */
  const nAsked = ref(0)

  watch(find.hit, (hit) => {
    const part = hit?.parts[0]
    if (part && text.value) {
      void pane.value?.reveal(part.segment, text.value.wordHolding(part.segment, part.from))
    }
  })

  function open(): void {
    find.isOpen.value = true
    showTranscript()
    nAsked.value += 1
  }

  /** Whoever has found something goes on from there. */
  function close(): void {
    const found = find.hit.value?.parts[0]
    find.isOpen.value = false
    if (found) void pane.value?.focusSegment(found.segment)
    else pane.value?.enter()
  }

  useEventListener(window, 'keydown', (event) => {
    const isFindKey = event.key === 'f' && (event.ctrlKey || event.metaKey) && !event.altKey
    if (!isFindKey || event.shiftKey || text.value === null) return
    // Pressed again in our own field, the browser's finding opens.
    if (event.target instanceof Element && event.target.closest('[role="search"]')) return
    event.preventDefault()
    open()
  })

  return { ...find, nAsked, open, close }
}

export type PageFind = ReturnType<typeof usePageFind>
