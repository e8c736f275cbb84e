import type { LessonPublic } from '@/api/lessons'
import type { LessonChange } from '@/api/schema'

/** What the form holds, as text. */
export interface DetailsForm {
  title: string
  /** As date fields have it: 2026-11-22, where the reader is. */
  day: string
  language: string
  course: string
  theme: string
}

export function formOf(lesson: LessonPublic, theme: string): DetailsForm {
  return {
    title: lesson.title,
    day: dayOf(new Date(lesson.date)),
    language: lesson.own_language ?? '',
    course: lesson.course ?? '',
    theme,
  }
}

/** What of the form is not as it was; null where nothing is. */
export function changeOf(
  form: DetailsForm,
  lesson: LessonPublic,
  theme: string,
): LessonChange | null {
  const before = formOf(lesson, theme)
  const change: LessonChange = {}
  const course = form.course.trim()
  if (form.title.trim() !== before.title) change.title = form.title.trim()
  if (form.day !== before.day && form.day) change.date = atDay(lesson.date, form.day)
  if (form.language !== before.language) change.language = form.language
  if (course !== before.course) change.course = course
  const wantedTheme = course === '' ? '' : form.theme.trim()
  const hasOtherTheme = wantedTheme !== before.theme || (change.course !== undefined && wantedTheme)
  if (hasOtherTheme && course !== '') change.theme = wantedTheme
  return Object.keys(change).length > 0 ? change : null
}

function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** The same time on another day, where the reader is. */
function atDay(iso: string, day: string): string {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  const moment = new Date(iso)
  moment.setFullYear(year, month - 1, date)
  return moment.toISOString()
}
