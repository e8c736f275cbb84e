import { client, ifMatch, take, takeVersioned, type Versioned } from './client'
import type {
  LessonAdded,
  LessonChange,
  LessonOrder,
  LessonPage,
  LessonPublic,
  LessonState,
  Trash,
} from './schema'

export type {
  RemovedLessonPublic,
  LessonListed,
  LessonMaking,
  LessonOrder,
  LessonPage,
  LessonPublic,
  LessonState,
  TextMaking,
} from './schema'

export interface LessonFilter {
  courseId?: number
  themeId?: number
  state?: LessonState
  /** Days, such as 2026-11-22; the last is included. */
  from?: string
  to?: string
  sort?: LessonOrder
}

export interface PagePlace {
  cursor?: string
  limit?: number
  signal?: AbortSignal
}

export function listLessons(filter: LessonFilter, place: PagePlace = {}): Promise<LessonPage> {
  const { courseId: course_id, themeId: theme_id, ...same } = filter
  const { signal, ...page } = place
  const query = { course_id, theme_id, ...same, ...page }
  return take(client.GET('/api/v1/lessons', { params: { query }, signal }))
}

export function getLesson(
  lessonId: number,
  signal?: AbortSignal,
): Promise<Versioned<LessonPublic>> {
  const path = { lesson_id: lessonId }
  return takeVersioned(client.GET('/api/v1/lessons/{lesson_id}', { params: { path }, signal }))
}

export function changeLesson(
  lessonId: number,
  change: LessonChange,
  etag: string,
): Promise<Versioned<LessonPublic>> {
  return takeVersioned(
    client.PATCH('/api/v1/lessons/{lesson_id}', {
      params: { path: { lesson_id: lessonId }, header: ifMatch(etag) },
      body: change,
    }),
  )
}

/** Into the trash, from which `restoreLesson` brings it back. */
export async function removeLesson(lessonId: number): Promise<void> {
  const path = { lesson_id: lessonId }
  await take(client.DELETE('/api/v1/lessons/{lesson_id}', { params: { path } }))
}

export function restoreLesson(lessonId: number): Promise<LessonPublic> {
  const path = { lesson_id: lessonId }
  return take(client.POST('/api/v1/trash/{lesson_id}/restore', { params: { path } }))
}

/** For good, before its days in the trash are over. */
export async function deleteRemovedLesson(lessonId: number): Promise<void> {
  const path = { lesson_id: lessonId }
  await take(client.DELETE('/api/v1/trash/{lesson_id}', { params: { path } }))
}

/** The lessons that can be brought back. */
export function listTrash(): Promise<Trash> {
  return take(client.GET('/api/v1/trash'))
}

/** The lesson that comes with Lectern; it is processed at once. */
export function addSampleLesson(): Promise<LessonAdded> {
  return take(client.POST('/api/v1/sample-lesson'))
}
