import { useI18n } from 'vue-i18n'
import type { MakerPublic } from '@/api/reruns'

/** What made a text, in words: "Whisper small", "the built-in rules". */
export function useMakers() {
  const { t, te } = useI18n()

  function nameMaker(made: MakerPublic | null): string {
    if (made === null) return t('lesson.making.makers.unknown')
    const own = `lesson.making.makers.${made.maker}`
    const known = te(own)
    return t(known ? own : 'lesson.making.makers.other', {
      maker: made.maker,
      model: made.model ?? made.maker,
    })
  }

  return { nameMaker }
}
