import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { COLOURS, type Colour, type NotePublic } from '@/api/notes'

/** What the list of notes is narrowed to. */
export interface NoteFilter {
  colour: Colour | null
  words: string
}

export function readNoteFilter(query: LocationQuery): NoteFilter {
  return {
    colour: COLOURS.find((colour) => colour === query.colour) ?? null,
    words: typeof query.q === 'string' ? query.q.trim() : '',
  }
}

export function writeNoteFilter({ colour, words }: NoteFilter): LocationQueryRaw {
  return { ...(colour === null ? {} : { colour }), ...(words === '' ? {} : { q: words }) }
}

export function isNarrow({ colour, words }: NoteFilter): boolean {
  return colour !== null || words !== ''
}

/** Whether a note has the colour, and all the words, whatever their accents and capitals. */
export function matches(note: NotePublic, { colour, words }: NoteFilter): boolean {
  if (colour !== null && note.colour !== colour) return false
  const text = fold(`${note.text} ${note.quote} ${note.author}`)
  return fold(words)
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
