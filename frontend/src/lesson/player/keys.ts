import type { Ref } from 'vue'
import type { LessonText } from '../transcript/LessonText'
import type { Pane } from '../transcript/pane'
import type { Listening } from './listening'
import { toggleFullScreen } from './picture'
import type { KeyActions } from './useLessonKeys'
import { SKIP_SECONDS } from './usePlayer'

const SEEK_SECONDS = 5

interface Keyed {
  listening: Listening
  text: Readonly<Ref<LessonText | null>>
  pane: Readonly<Ref<Pane | null>>
  canPlay: Readonly<Ref<boolean>>
  isLooping: Ref<boolean>
  toggleCaptions: () => void
  showKeys: () => void
}

/** What each key does on a lesson's page, as `KeysDialog` says it. */
export function keysOfLesson({ listening, text, pane, canPlay, isLooping, ...page }: Keyed) {
  const { player, element } = listening

  function toggle(): void {
    if (canPlay.value) player.toggle()
  }

  function goToSentence(by: 1 | -1): void {
    const position = text.value?.segmentAt(player.time.value) ?? -1
    const next = text.value?.segments[Math.max(0, position + by)]
    if (next) player.seek(next.start)
  }

  function withPicture(act: () => void): void {
    if (player.hasPicture.value) act()
  }

  return {
    ' ': toggle,
    k: toggle,
    j: () => player.skip(-SKIP_SECONDS),
    l: () => player.skip(SKIP_SECONDS),
    ArrowLeft: () => player.skip(-SEEK_SECONDS),
    ArrowRight: () => player.skip(SEEK_SECONDS),
    ',': () => goToSentence(-1),
    '.': () => goToSentence(1),
    '[': () => player.changeRate(-1),
    ']': () => player.changeRate(1),
    r: () => (isLooping.value = !isLooping.value),
    c: () => withPicture(page.toggleCaptions),
    f: () => withPicture(() => void toggleFullScreen(element)),
    t: () => pane.value?.enter(),
    '?': page.showKeys,
  } satisfies KeyActions
}
