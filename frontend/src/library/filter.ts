import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { LessonFilter, LessonOrder, LessonState } from '@/api/lessons'

/** In the order in which they are offered. */
export const STATES: readonly LessonState[] = [
  'new',
  'transcribed',
  'corrected',
  'summarised',
  'no speech',
]
export const ORDERS: readonly LessonOrder[] = ['-date', 'date', 'title', '-title', '-id']
export const USUAL_ORDER: LessonOrder = '-date'

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What an address asks the library for; what makes no sense in it is left out. */
export function readFilter(query: LocationQuery): LessonFilter {
  const courseId = readId(query.course)
  return withoutGaps({
    courseId,
    themeId: courseId === undefined ? undefined : readId(query.theme),
    state: STATES.find((state) => state === query.state),
    from: readDay(query.from),
    to: readDay(query.to),
    sort: ORDERS.find((order) => order === query.sort && order !== USUAL_ORDER),
  })
}

export function writeFilter(filter: LessonFilter): LocationQueryRaw {
  const { courseId: course, themeId: theme, state, from, to, sort } = filter
  const order = sort === USUAL_ORDER ? undefined : sort
  return withoutGaps({ course, theme, state, from, to, sort: order })
}

/** Whether a filter leaves anything out; the order does not. */
export function isNarrow(filter: LessonFilter): boolean {
  return Object.keys(withoutGaps({ ...filter, sort: undefined })).length > 0
}

function readId(value: LocationQuery[string] | undefined): number | undefined {
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined
}

function readDay(value: LocationQuery[string] | undefined): string | undefined {
  const isDay = typeof value === 'string' && DAY.test(value) && !Number.isNaN(Date.parse(value))
  return isDay ? value : undefined
}

function withoutGaps<T extends object>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  ) as T
}
