/** What making a lesson's texts anew would do, and what they were before. */

import { client, take } from './client'
import type { LessonLayer, Rerun } from './schema'

export type { LessonLayer, MakerPublic, Rerun } from './schema'

export type Stage = Rerun['task_type']

/** What each stage would replace, with what, and what it would cost, in their order. */
export async function listReruns(lessonId: number, signal?: AbortSignal): Promise<Rerun[]> {
  const path = { lesson_id: lessonId }
  const address = '/api/v1/lessons/{lesson_id}/reruns'
  return (await take(client.GET(address, { params: { path }, signal }))).items
}

/** Swap a text with what it was before it was last made anew; twice changes nothing. */
export async function restoreLayer(lessonId: number, layer: LessonLayer): Promise<void> {
  const path = { lesson_id: lessonId, layer }
  await take(
    client.POST('/api/v1/lessons/{lesson_id}/layers/{layer}/restore', { params: { path } }),
  )
}
