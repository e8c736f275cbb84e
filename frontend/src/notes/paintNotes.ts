import { COLOURS, type NotePublic } from '@/api/notes'
import type { LessonText } from '@/lesson/transcript/LessonText'
import { elementOf, paint, rangeOf } from '@/lesson/transcript/ranges'
import { partsOf } from './stretches'

const nameOf = (colour: string) => `note-${colour}`

/** Colour the words of notes, those of them that are in the page. */
export function paintNotes(list: Element, text: LessonText, notes: readonly NotePublic[]): void {
  const ranges = new Map<string, Range[]>(COLOURS.map((colour) => [colour, []]))
  for (const { colour, stretch } of notes) {
    if (stretch === null) continue
    let before: Range | null = null
    for (const part of partsOf(text, stretch)) {
      const element = elementOf(list, part.segment)
      const range = element && rangeOf(element, part.from, part.to)
      if (!range) continue
      // Within a paragraph the spaces between segments are coloured, too.
      const isNext = before?.endContainer.parentElement?.closest('p')?.contains(element) === true
      if (isNext) before?.setEnd(range.endContainer, range.endOffset)
      else {
        ranges.get(colour)?.push(range)
        before = range
      }
    }
  }
  for (const [colour, of] of ranges) paint(nameOf(colour), of)
}

export function unpaintNotes(): void {
  for (const colour of COLOURS) paint(nameOf(colour), [])
}
