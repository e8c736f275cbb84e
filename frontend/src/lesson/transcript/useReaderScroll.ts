import { ref } from 'vue'
import { useEventListener } from '@vueuse/core'

const SCROLL_KEYS = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'])

/**
 * Whether the page follows what is said. It stops when the reader scrolls; what browsers tell of
 * scrolling does not say who did, so we look at what people scroll with.
 */
export function useReaderScroll() {
  const isFollowing = ref(true)
  const stop = () => (isFollowing.value = false)

  useEventListener(window, 'wheel', stop, { passive: true })
  useEventListener(window, 'touchmove', stop, { passive: true })
  useEventListener(window, 'keydown', (event) => {
    if (SCROLL_KEYS.has(event.key) && !isInWidget(event.target)) stop()
  })
  useEventListener(window, 'pointerdown', (event) => {
    if (event.target === document.documentElement) stop() // the scroll bar
  })

  return isFollowing
}

function isInWidget(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [role="slider"], [role="menu"], [role="tablist"]') !==
      null
  )
}
