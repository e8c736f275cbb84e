import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TaskDoing, TaskPublic } from '@/api/tasks'
import { useFormats } from '@/i18n/useFormats'

/** What is shown first is stored first: no window of a transcription is longer. */
const WINDOW_SECONDS = 300

/** How long until the first window has been heard; null: nobody can say. */
export function secondsToFirstWords(doing: TaskDoing | null): number | null {
  if (doing?.stage !== 'transcription' || doing.unit !== 's') return null
  const { done, total, seconds_left: left } = doing
  if (done === null || total === null || left === null) return null
  const missing = Math.max(0, Math.min(WINDOW_SECONDS, total) - done)
  return missing === 0 ? 0 : (left * missing) / (total - done)
}

/** When the first words of a first transcription will stand there. */
export function useFirstWords(task: Readonly<Ref<TaskPublic | null>>) {
  const { t } = useI18n()
  const { formatLength } = useFormats()

  return computed(() => {
    const seconds = secondsToFirstWords(task.value?.doing ?? null)
    if (seconds === null) return t('lesson.willComeLater')
    return seconds < 1
      ? t('lesson.willCome')
      : t('lesson.willComeIn', { length: formatLength(seconds) })
  })
}
