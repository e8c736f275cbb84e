import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { COLOURS, type NoteFilter, type NoteKind } from '@/api/notes'
import { readFilter, writeFilter } from '@/library/filter'

export const KINDS: readonly NoteKind[] = ['note', 'highlight']

/** What an address asks of the notes; what makes no sense in it is left out. */
export function readNoteFilter(query: LocationQuery): NoteFilter {
  const { courseId, themeId } = readFilter(query)
  const words = typeof query.q === 'string' ? query.q.trim() : ''
  return {
    courseId,
    themeId,
    colour: COLOURS.find((colour) => colour === query.colour),
    kind: KINDS.find((kind) => kind === query.kind),
    words: words === '' ? undefined : words,
  }
}

export function writeNoteFilter(filter: NoteFilter): LocationQueryRaw {
  const { courseId, themeId, colour, kind, words } = filter
  return {
    ...(words ? { q: words } : {}),
    ...(colour ? { colour } : {}),
    ...(kind ? { kind } : {}),
    ...writeFilter({ courseId, themeId }),
  }
}

export function isNarrow(filter: NoteFilter): boolean {
  return Object.keys(writeNoteFilter(filter)).length > 0
}
