import { client, ifMatch, take, takeVersioned, type Versioned } from './client'
import type { NoteChange, NoteKind, NoteNew, NotePage, NotePublic, NotesFormat } from './schema'

export type {
  NoteChange,
  NoteKind,
  NoteNew,
  NotePage,
  NotePublic,
  NotesFormat,
  Stretch,
} from './schema'

export const COLOURS = ['yellow', 'green', 'blue', 'pink', 'orange'] as const
export type Colour = (typeof COLOURS)[number]

export interface NoteFilter {
  courseId?: number
  themeId?: number
  colour?: Colour
  /** Whether something was written to the words. */
  kind?: NoteKind
  /** Words of the note or its quote, whatever their accents and capitals; each may be unfinished. */
  words?: string
}

export interface NotePlace {
  cursor?: string
  limit?: number
  signal?: AbortSignal
}

/** The notes of all lessons, the newest first. */
export function listNotes(
  { courseId, themeId, words, ...same }: NoteFilter,
  { signal, ...page }: NotePlace = {},
): Promise<NotePage> {
  const query = {
    course_id: courseId === undefined ? undefined : [courseId],
    theme_id: themeId === undefined ? undefined : [themeId],
    q: words,
    ...same,
    ...page,
  }
  return take(client.GET('/api/v1/notes', { params: { query }, signal }))
}

/** Where notes as a file are, for links: those that `listNotes` gives, or those of one lesson. */
export function notesAddress(
  format: NotesFormat,
  { courseId, themeId, colour, kind, words, lessonId }: NoteFilter & { lessonId?: number } = {},
): string {
  const asked = {
    format,
    course_id: courseId,
    theme_id: themeId,
    lesson_id: lessonId,
    colour,
    kind,
    q: words,
  }
  const query = Object.entries(asked).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return `/api/v1/exports/notes?${new URLSearchParams(query).toString()}`
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

/** For some days `restoreNote` brings it back. */
export async function removeNote(noteId: number, etag: string): Promise<void> {
  await take(
    client.DELETE('/api/v1/notes/{note_id}', {
      params: { path: { note_id: noteId }, header: ifMatch(etag) },
    }),
  )
}

export function restoreNote(noteId: number): Promise<NotePublic> {
  const path = { note_id: noteId }
  return take(client.POST('/api/v1/notes/{note_id}/restore', { params: { path } }))
}
