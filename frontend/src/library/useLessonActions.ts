import { useI18n } from 'vue-i18n'
import { asFailure, type Failure } from '@/api/failure'
import { changeLesson, removeLesson, restoreLesson, type LessonListed } from '@/api/lessons'
import { createTask } from '@/api/tasks'
import { useExplanation } from '@/failures/useExplanation'
import { useToasts } from '@/ui/toasts'
import { doWithEach } from './inTurn'

const NOTHING_TO_DO = 'nothing-to-do'

type Lessons = readonly LessonListed[]

/** What is done with several lessons at once; each can be undone. `changed` is told afterwards. */
export function useLessonActions(changed: () => unknown) {
  const { t } = useI18n()
  const { explain } = useExplanation()
  const toasts = useToasts()

  function tell(failure: Failure | null): void {
    if (failure !== null) toasts.show(explain(failure).message, { look: 'danger' })
    changed()
  }

  function offerUndo(text: string, undo: () => Promise<void>): void {
    toasts.show(text, { action: { label: t('library.undo'), run: () => void undo() } })
  }

  async function processAll(lessons: Lessons): Promise<void> {
    const { done, failure } = await doWithEach(lessons, processOne)
    const nBegun = done.filter(({ id }) => !finished.has(id)).length
    if (nBegun > 0) toasts.show(t('library.processed', nBegun))
    if (finished.size > 0) toasts.show(t('library.finished', finished.size))
    finished.clear()
    tell(failure)
  }

  /** Of the lessons that are to be processed: those that had nothing left to do. */
  const finished = new Set<number>()

  async function processOne({ id }: LessonListed): Promise<void> {
    try {
      await createTask({ task_type: 'process', parameters: { lesson_id: id } })
    } catch (error) {
      if (asFailure(error).code !== NOTHING_TO_DO) throw error
      finished.add(id)
    }
  }

  async function removeAll(lessons: Lessons): Promise<void> {
    const { done, failure } = await doWithEach(lessons, ({ id }) => removeLesson(id))
    if (done.length > 0) {
      offerUndo(t('library.removed', { title: done[0]?.title ?? '' }, done.length), async () => {
        tell((await doWithEach(done, ({ id }) => restoreLesson(id))).failure)
      })
    }
    tell(failure)
  }

  /** To the course of that title; "" takes them out of theirs. */
  async function moveAll(lessons: Lessons, course: string): Promise<void> {
    const moved = lessons.filter((lesson) => (lesson.course ?? '') !== course)
    const { done, failure } = await doWithEach(moved, ({ id }) => changeLesson(id, { course }, '*'))
    if (done.length > 0) {
      const text = course ? 'library.moved' : 'library.movedOut'
      offerUndo(t(text, { course }, done.length), async () => {
        tell((await doWithEach(done, putBack)).failure)
      })
    }
    tell(failure)
  }

  function putBack({ id, course_id, theme_id }: LessonListed): Promise<unknown> {
    if (course_id === null) return changeLesson(id, { course: '' }, '*')
    return changeLesson(id, theme_id === null ? { course_id } : { course_id, theme_id }, '*')
  }

  return { processAll, removeAll, moveAll }
}
