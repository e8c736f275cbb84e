import { client, ifMatch, take, takeVersioned, type Versioned } from './client'
import type { NoteChange, NoteNew, NotePage, NotePublic } from './schema'

export type { NoteChange, NoteNew, NotePage, NotePublic, Stretch } from './schema'

export const COLOURS = ['yellow', 'green', 'blue', 'pink', 'orange'] as const
export type Colour = (typeof COLOURS)[number]

/** The notes of all lessons, the newest first. */
export function listNotes(
  page: { cursor?: string; limit?: number } = {},
  signal?: AbortSignal,
): Promise<NotePage> {
  return take(client.GET('/api/v1/notes', { params: { query: page }, signal }))
}

/** The notes of one lesson by their time in it; those whose words are gone are among them. */
export async function listLessonNotes(
  lessonId: number,
  signal?: AbortSignal,
): Promise<NotePublic[]> {
  const path = { lesson_id: lessonId }
  const answer = client.GET('/api/v1/lessons/{lesson_id}/notes', { params: { path }, signal })
  return (await take(answer)).items
}

/** Highlight a stretch of words. */
export function addNote(lessonId: number, note: NoteNew): Promise<NotePublic> {
  const path = { lesson_id: lessonId }
  return take(client.POST('/api/v1/lessons/{lesson_id}/notes', { params: { path }, body: note }))
}

/** The ETag that a change of a note from a list names. */
export function etagOfNote(note: NotePublic): string {
  return `"${note.version}"`
}

export function changeNote(
  noteId: number,
  change: NoteChange,
  etag: string,
): Promise<Versioned<NotePublic>> {
  return takeVersioned(
    client.PATCH('/api/v1/notes/{note_id}', {
      params: { path: { note_id: noteId }, header: ifMatch(etag) },
      body: change,
    }),
  )
}

/** `keepalive`: also while the page is being closed. */
export async function removeNote(
  noteId: number,
  etag: string,
  { keepalive = false } = {},
): Promise<void> {
  await take(
    client.DELETE('/api/v1/notes/{note_id}', {
      params: { path: { note_id: noteId }, header: ifMatch(etag) },
      keepalive,
    }),
  )
}
