/** Between words of a lesson's text and characters of its segments. */

import type { NotePublic, Stretch } from '@/api/notes'
import type { LessonText } from '@/lesson/transcript/LessonText'
import type { TextPlace } from '@/lesson/transcript/ranges'
import type { SelectedWords } from './useLessonNotes'

/** Characters of one segment's shown text. */
export interface StretchPart {
  segment: number
  from: number
  to: number
}

/** The words from a place to a place; null where there are none. */
export function selectWords(
  text: LessonText,
  from: TextPlace,
  to: TextPlace,
): SelectedWords | null {
  let [first, last] = [from, to]
  while (first.segment <= last.segment && firstWordAfter(text, first) === -1) {
    first = { segment: first.segment + 1, character: 0 }
    if (first.segment >= text.length) return null
  }
  while (last.segment >= first.segment && lastWordBefore(text, last) === -1) {
    last = { segment: last.segment - 1, character: Infinity }
    if (last.segment < 0) return null
  }
  const stretch = {
    first_segment: first.segment,
    first_word: firstWordAfter(text, first),
    last_segment: last.segment,
    last_word: lastWordBefore(text, last),
  }
  return isEmpty(stretch) ? null : describe(text, stretch)
}

/** All words of a segment. */
export function selectSegment(text: LessonText, segment: number): SelectedWords | null {
  return selectWords(text, { segment, character: 0 }, { segment, character: Infinity })
}

function firstWordAfter(text: LessonText, { segment, character }: TextPlace): number {
  return text.words(segment).findIndex((word) => word.to > character)
}

function lastWordBefore(text: LessonText, { segment, character }: TextPlace): number {
  return text.words(segment).filter((word) => word.from < character).length - 1
}

function isEmpty(stretch: Stretch): boolean {
  const { first_segment, last_segment, first_word, last_word } = stretch
  if (first_segment !== last_segment) return first_segment > last_segment
  return first_word > last_word
}

function describe(text: LessonText, stretch: Stretch): SelectedWords {
  const words = partsOf(text, stretch).map(({ segment, from, to }) =>
    text.shown(segment).slice(from, to),
  )
  const start = text.words(stretch.first_segment)[stretch.first_word]?.start
  return {
    stretch,
    quote: words.filter(Boolean).join(' '),
    start: start ?? text.segment(stretch.first_segment).start,
  }
}

/** Segment by segment, which characters a stretch covers. */
export function partsOf(text: LessonText, stretch: Stretch): StretchPart[] {
  const parts: StretchPart[] = []
  const end = Math.min(stretch.last_segment, text.length - 1)
  for (let segment = stretch.first_segment; segment <= end; segment += 1) {
    const words = text.words(segment)
    const first = segment === stretch.first_segment ? words[stretch.first_word] : words[0]
    const last = segment === stretch.last_segment ? words[stretch.last_word] : words.at(-1)
    if (first && last) parts.push({ segment, from: first.from, to: last.to })
  }
  return parts
}

/** The note that holds a place; of several the shortest, which another may lie around. */
export function noteAt(
  text: LessonText,
  notes: readonly NotePublic[],
  place: TextPlace,
): NotePublic | null {
  const holding = notes.filter(
    ({ stretch }) =>
      stretch !== null &&
      stretch.first_segment <= place.segment &&
      stretch.last_segment >= place.segment &&
      partsOf(text, stretch).some(
        ({ segment, from, to }) =>
          segment === place.segment && from <= place.character && place.character <= to,
      ),
  )
  holding.sort((one, other) => one.quote.length - other.quote.length)
  return holding[0] ?? null
}
