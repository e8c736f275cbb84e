import { useElementSize } from '@vueuse/core'
import { nextTick, onScopeDispose, watch, watchEffect, type Ref } from 'vue'
import { usePicture } from './picture'

/** The bar above the transcript, which sticks to the top as the picture does. */
const TOOLS = '3.25rem'

interface Room {
  /** What holds the picture. */
  box: Readonly<Ref<HTMLElement | null>>
  isWide: Readonly<Ref<boolean>>
  /** Bring into sight what is read. */
  revealRead: () => void
}

/**
 * What sticks to the top hides the text beneath: whoever scrolls to a place leaves room for it.
 * Returns the height of the picture, in pixels.
 */
export function usePictureRoom({ box, isWide, revealRead }: Room): Readonly<Ref<number>> {
  const pictured = usePicture()
  const { height } = useElementSize(box)

  // Where the picture grows or shrinks, one goes on to read where one was.
  let isResized = false
  watch(
    () => pictured.size,
    () => (isResized = true),
  )
  watch(height, async () => {
    if (!isResized) return
    isResized = false
    await nextTick()
    revealRead()
  })

  const root = document.documentElement.style
  watchEffect(() => {
    // Else it stands beside the text.
    const isAbove = !isWide.value || pictured.size === 'large'
    const pixels = isAbove ? height.value : 0
    root.setProperty('--picture-end', `${String(pixels)}px`)
    root.setProperty('--page-start', `calc(${isWide.value ? TOOLS : '0px'} + ${String(pixels)}px)`)
  })
  onScopeDispose(() => {
    root.removeProperty('--picture-end')
    root.removeProperty('--page-start')
  })

  return height
}
