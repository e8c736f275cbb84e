import { useI18n } from 'vue-i18n'
import type { MakerPublic } from '@/api/reruns'
import { useWords } from '@/i18n/useWords'

/** What made a text, in words: "Whisper small", "the built-in rules". */
export function useMakers() {
  const { t, te } = useI18n()
  const inWords = useWords()

  function nameMaker(made: MakerPublic | null): string {
    if (made === null) return t('lesson.making.makers.unknown')
    if (made.words) return inWords(made.words)
    const own = `lesson.making.makers.${made.maker}`
    const known = te(own)
    return t(known ? own : 'lesson.making.makers.other', {
      maker: made.maker,
      model: made.model ?? made.maker,
    })
  }

  return { nameMaker }
}
