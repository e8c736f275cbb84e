import { useI18n } from 'vue-i18n'
import {
  createCourse,
  createTheme,
  listThemes,
  removeCourse,
  removeTheme,
  type CourseListed,
  type ThemeListed,
} from '@/api/courses'
import { asFailure } from '@/api/failure'
import { changeLesson, listLessons, type LessonFilter, type LessonListed } from '@/api/lessons'
import { useExplanation } from '@/failures/useExplanation'
import { useToasts } from '@/ui/toasts'
import { doWithEach } from './inTurn'

const PAGE_LESSONS = 200

/** Courses and themes are removed at once, and can be had back with all that was in them. */
export function useCourseKeeping(changed: () => unknown) {
  const { t } = useI18n()
  const { explain } = useExplanation()
  const toasts = useToasts()

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      toasts.show(explain(asFailure(error)).message, { look: 'danger' })
    }
    changed()
  }

  function offerUndo(text: string, undo: () => Promise<void>): void {
    const run = () => void attempt(undo)
    toasts.show(text, { action: { label: t('library.undo'), run } })
  }

  function dropCourse(course: CourseListed): Promise<void> {
    return attempt(async () => {
      const [themes, lessons] = await Promise.all([
        listThemes(course.id),
        listAll({ courseId: course.id }),
      ])
      await removeCourse(course)
      offerUndo(t('library.courseRemoved', { title: course.title }, lessons.length), async () => {
        const { id } = await createCourse(course.title, course.description)
        await doWithEach(themes, ({ title }) => createTheme(id, title))
        const titles = new Map(themes.map((theme) => [theme.id, theme.title]))
        await putBack(lessons, (lesson) => ({
          course_id: id,
          theme: titles.get(lesson.theme_id ?? -1) ?? '',
        }))
      })
    })
  }

  function dropTheme(theme: ThemeListed, course: CourseListed): Promise<void> {
    return attempt(async () => {
      const lessons = await listAll({ courseId: course.id, themeId: theme.id })
      await removeTheme(theme)
      offerUndo(t('library.themeRemoved', { title: theme.title }), async () => {
        const { id } = await createTheme(course.id, theme.title)
        await putBack(lessons, () => ({ theme_id: id }))
      })
    })
  }

  return { dropCourse, dropTheme }
}

async function listAll(filter: LessonFilter): Promise<LessonListed[]> {
  const lessons: LessonListed[] = []
  let cursor: string | null | undefined
  do {
    const page = await listLessons(filter, { limit: PAGE_LESSONS, cursor: cursor ?? undefined })
    lessons.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return lessons
}

async function putBack(
  lessons: readonly LessonListed[],
  place: (lesson: LessonListed) => Parameters<typeof changeLesson>[1],
): Promise<void> {
  const { failure } = await doWithEach(lessons, (lesson) =>
    changeLesson(lesson.id, place(lesson), '*'),
  )
  if (failure !== null) throw failure
}
