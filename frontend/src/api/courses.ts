import { client, ifMatch, take } from './client'
import type { CourseChange, CourseListed, CoursePublic, ThemeListed, ThemePublic } from './schema'

export type { CourseListed, ThemeListed } from './schema'

export async function listCourses(): Promise<CourseListed[]> {
  return (await take(client.GET('/api/v1/courses'))).items
}

export async function listThemes(courseId: number): Promise<ThemeListed[]> {
  const path = { course_id: courseId }
  const address = '/api/v1/courses/{course_id}/themes'
  return (await take(client.GET(address, { params: { path } }))).items
}

/** @throws Failure `already-there`: a course has that title. */
export function createCourse(title: string, description = ''): Promise<CoursePublic> {
  return take(client.POST('/api/v1/courses', { body: { title, description } }))
}

export function changeCourse(course: CoursePublic, change: CourseChange): Promise<CoursePublic> {
  const params = { path: { course_id: course.id }, header: ifMatch(`"${course.version}"`) }
  return take(client.PATCH('/api/v1/courses/{course_id}', { params, body: change }))
}

/** Its themes go with it; its lessons stay, without a course. */
export async function removeCourse({ id: course_id, version }: CoursePublic): Promise<void> {
  const params = { path: { course_id }, header: ifMatch(`"${version}"`) }
  await take(client.DELETE('/api/v1/courses/{course_id}', { params }))
}

/** @throws Failure `already-there`: the course has a theme of that title. */
export function createTheme(courseId: number, title: string): Promise<ThemePublic> {
  const params = { path: { course_id: courseId } }
  return take(client.POST('/api/v1/courses/{course_id}/themes', { params, body: { title } }))
}

export function renameTheme(theme: ThemePublic, title: string): Promise<ThemePublic> {
  const params = { path: { theme_id: theme.id }, header: ifMatch(`"${theme.version}"`) }
  return take(client.PATCH('/api/v1/themes/{theme_id}', { params, body: { title } }))
}

/** Its lessons stay in their course, without a theme. */
export async function removeTheme({ id: theme_id, version }: ThemePublic): Promise<void> {
  const params = { path: { theme_id }, header: ifMatch(`"${version}"`) }
  await take(client.DELETE('/api/v1/themes/{theme_id}', { params }))
}
