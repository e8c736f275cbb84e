import { computed, ref, type Ref } from 'vue'
import { directionOf } from '@/i18n/languages'
import { changedSegments } from './transcript/changes'
import type { LessonText } from './transcript/LessonText'
import type { WholeLesson } from './useLesson'

/** Which of a lesson's texts is shown, and what can be compared, edited and marked in it. */
export function useShownText(
  { lesson, heard, corrected }: Pick<WholeLesson, 'lesson' | 'heard' | 'corrected'>,
  soFar: Readonly<Ref<LessonText | null>>,
) {
  const layer = ref('corrected')
  const showsChanges = ref(false)

  const text = computed(() => {
    const shown = layer.value === 'corrected' ? (corrected.value ?? heard.value) : heard.value
    return shown ?? soFar.value
  })
  const hasWords = computed(() => (text.value?.length ?? 0) > 0)
  const nChanges = computed(() =>
    heard.value && corrected.value ? changedSegments(heard.value, corrected.value).length : 0,
  )
  /** What was heard, where it is to be seen what became of it. */
  const comparedWith = computed(() =>
    showsChanges.value && layer.value === 'corrected' && nChanges.value > 0 ? heard.value : null,
  )
  /** What readers see, and people edit and mark: not what was heard, where that was corrected. */
  const marked = computed(() => {
    const best = corrected.value ?? heard.value
    return text.value === best ? best : null
  })
  const language = computed(() => lesson.value?.language ?? undefined)
  const direction = computed(() => (language.value ? directionOf(language.value) : 'auto'))

  return {
    layer,
    showsChanges,
    text,
    hasWords,
    nChanges,
    comparedWith,
    marked,
    language,
    direction,
  }
}

export type ShownText = ReturnType<typeof useShownText>
