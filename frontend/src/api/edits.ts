/** Segments that people edit, and the history of that. */

import { client, ifMatch, take, takeVersioned, type Versioned } from './client'
import type { EditPublic, LessonEdits, SegmentState } from './schema'

export type { EditPublic, LessonEdits, SegmentState } from './schema'

const at = (lessonId: number, position: number) => ({ lesson_id: lessonId, position })

/** The ETag that an edit of a segment names. */
export function etagOfSegment(segment: SegmentState): string {
  return `"${segment.version}"`
}

export function getSegment(lessonId: number, position: number): Promise<Versioned<SegmentState>> {
  const address = '/api/v1/lessons/{lesson_id}/segments/{position}'
  return takeVersioned(client.GET(address, { params: { path: at(lessonId, position) } }))
}

/** Decide the text of a segment; "" says that nothing was said. */
export function editSegment(
  lessonId: number,
  position: number,
  change: { text: string; editor: string },
  etag: string,
): Promise<Versioned<SegmentState>> {
  return takeVersioned(
    client.PATCH('/api/v1/lessons/{lesson_id}/segments/{position}', {
      params: { path: at(lessonId, position), header: ifMatch(etag) },
      body: change,
    }),
  )
}

/** The edits that led to what a segment holds now, the newest first. */
export async function getHistory(lessonId: number, position: number): Promise<EditPublic[]> {
  const address = '/api/v1/lessons/{lesson_id}/segments/{position}/history'
  return (await take(client.GET(address, { params: { path: at(lessonId, position) } }))).items
}

/** Where people's texts stand in a lesson, and those that have no certain place. */
export function getEdits(lessonId: number): Promise<LessonEdits> {
  const path = { lesson_id: lessonId }
  return take(client.GET('/api/v1/lessons/{lesson_id}/edits', { params: { path } }))
}

/** Give a segment the text that stood there before an edit; `etag` is the segment's. */
export function undoEdit(
  edit: { lessonId: number; editId: number },
  editor: string,
  etag: string,
): Promise<Versioned<SegmentState>> {
  return takeVersioned(
    client.POST('/api/v1/lessons/{lesson_id}/edits/{edit_id}/undo', {
      params: {
        path: { lesson_id: edit.lessonId, edit_id: edit.editId },
        header: ifMatch(etag),
      },
      body: { editor },
    }),
  )
}

/** Say that an edit which has no place is not needed any more. */
export async function dismissEdit(
  edit: { lessonId: number; editId: number },
  editor: string,
): Promise<void> {
  await take(
    client.POST('/api/v1/lessons/{lesson_id}/edits/{edit_id}/dismiss', {
      params: { path: { lesson_id: edit.lessonId, edit_id: edit.editId } },
      body: { editor },
    }),
  )
}
