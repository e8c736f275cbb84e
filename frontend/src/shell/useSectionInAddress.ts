import { useEventListener, useResizeObserver } from '@vueuse/core'
import { nextTick, onActivated, ref, watch, type Ref } from 'vue'
import { useRoute } from 'vue-router'

/** What a person does who goes their own way. */
const OWN_WAYS = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

/**
 * Leads to the section of the page that the address names (`#models`), also where the section, or
 * what stands above it, comes later than the page. Whoever scrolls or types meanwhile is left alone.
 *
 * @param page - What holds the sections; they are found by their ids.
 * @returns What leads there again.
 */
export function useSectionInAddress(page: Readonly<Ref<HTMLElement | null>>): () => void {
  const route = useRoute()
  const path = route.path
  /** The section that is still being led to. */
  const wanted = ref('')
  let hasFocus = false

  function lead(): void {
    const section = wanted.value === '' ? null : document.getElementById(wanted.value)
    if (section === null || page.value?.contains(section) !== true) return
    section.scrollIntoView({ block: 'start' })
    if (hasFocus) return
    hasFocus = true
    section.focus({ preventScroll: true })
  }

  function begin(): void {
    if (route.path !== path) return // another page has opened over this one
    wanted.value = route.hash.slice(1)
    hasFocus = false
    void nextTick(lead)
  }

  function stop(): void {
    wanted.value = ''
  }

  watch(() => route.hash, begin, { immediate: true })
  onActivated(begin)
  useResizeObserver(page, lead)
  for (const way of OWN_WAYS) useEventListener(window, way, stop, { passive: true })
  return begin
}
