import { client, take } from './client'
import type { CourseListed, ThemeListed } from './schema'

export type { CourseListed, ThemeListed } from './schema'

export async function listCourses(): Promise<CourseListed[]> {
  return (await take(client.GET('/api/v1/courses'))).items
}

export async function listThemes(courseId: number): Promise<ThemeListed[]> {
  const path = { course_id: courseId }
  const address = '/api/v1/courses/{course_id}/themes'
  return (await take(client.GET(address, { params: { path } }))).items
}
