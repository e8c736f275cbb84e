import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'

export const PICTURE_SIZES = ['small', 'medium', 'large', 'hidden'] as const
export type PictureSize = (typeof PICTURE_SIZES)[number]

/** How lessons with a picture are watched; this browser remembers it. */
export const usePicture = defineStore('picture', () => {
  const size = useLocalStorage<PictureSize>('lectern.picture', 'medium')
  const hasCaptions = useLocalStorage('lectern.captions', false)

  function toggleCaptions(): void {
    hasCaptions.value = !hasCaptions.value
  }

  return { size, hasCaptions, toggleCaptions }
})

interface OlderVideo extends HTMLVideoElement {
  /** iPhones show nothing but videos on the whole screen. */
  webkitEnterFullscreen?: () => void
}

/** Show a video on the whole screen, or no longer. Refused: it stays as it is. */
export async function toggleFullScreen(video: HTMLMediaElement | null): Promise<void> {
  if (!(video instanceof HTMLVideoElement)) return
  if (document.fullscreenElement === video) return document.exitFullscreen()
  if ('requestFullscreen' in video) return video.requestFullscreen().catch(() => undefined)
  ;(video as OlderVideo).webkitEnterFullscreen?.()
}
