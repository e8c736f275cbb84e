import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { asFailure } from '@/api/failure'
import { removeLesson, restoreLesson, type LessonPublic } from '@/api/lessons'
import { useExplanation } from '@/failures/useExplanation'
import { useToasts } from '@/ui/toasts'

/** A lesson goes into the trash at once, and can be brought back from there at once. */
export function useLessonRemoval() {
  const { t } = useI18n()
  const { explain } = useExplanation()
  const router = useRouter()
  const toasts = useToasts()

  async function tell(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      toasts.show(explain(asFailure(error)).message, { look: 'danger' })
    }
  }

  function remove({ id, title }: LessonPublic): Promise<void> {
    return tell(async () => {
      await removeLesson(id)
      await router.push({ name: 'library' })
      toasts.show(t('lesson.removed', { title }), {
        action: { label: t('lesson.undo'), run: () => void tell(() => bringBack(id)) },
      })
    })
  }

  async function bringBack(id: number): Promise<void> {
    await restoreLesson(id)
    await router.push({ name: 'lesson', params: { id } })
  }

  return { remove }
}
