/** Segments that people edit, and the history of that. */

import { client, ifMatch, take, takeVersioned, type Versioned } from './client'
import type {
  ChangeOfSegment,
  EditPublic,
  LessonEdits,
  Places,
  SegmentState,
  UndoneEdit,
  WrittenSegment,
} from './schema'

export type {
  EditPublic,
  LessonEdits,
  Places,
  SegmentState,
  SegmentWithPlaces,
  WrittenSegment,
} from './schema'

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

export interface Replacement {
  words: string
  newWords: string
  wholeWords: boolean
  matchCase: boolean
}

/** Each place in which words would be replaced; nothing is written. */
export function previewReplacements(
  lessonId: number,
  { words, newWords, wholeWords, matchCase }: Replacement,
  signal?: AbortSignal,
): Promise<Places> {
  const query = { words, new_words: newWords, whole_words: wholeWords, match_case: matchCase }
  const params = { path: { lesson_id: lessonId }, query }
  return take(client.GET('/api/v1/lessons/{lesson_id}/replacements', { params, signal }))
}

/** Decide the texts of several segments: all of them, or none. */
export async function editSegments(
  lessonId: number,
  segments: ChangeOfSegment[],
  editor: string,
): Promise<WrittenSegment[]> {
  const address = '/api/v1/lessons/{lesson_id}/segments'
  const params = { path: { lesson_id: lessonId } }
  return (await take(client.PATCH(address, { params, body: { segments, editor } }))).items
}

/** Undo several edits of different segments: all of them, or none. */
export async function undoEdits(
  lessonId: number,
  edits: UndoneEdit[],
  editor: string,
): Promise<WrittenSegment[]> {
  const address = '/api/v1/lessons/{lesson_id}/edits/undo'
  const params = { path: { lesson_id: lessonId } }
  return (await take(client.POST(address, { params, body: { edits, editor } }))).items
}
