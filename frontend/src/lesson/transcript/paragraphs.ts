import type { LessonText } from './LessonText'

/** Segments that are read together: from `first` up to `end`, which is not included. */
export interface Paragraph {
  first: number
  end: number
}

/** A pause of the speaker that begins a paragraph, and one that does so after a few words, too. */
const PAUSE_SECONDS = 1.2
const LONG_PAUSE_SECONDS = 4
const FEW_CHARACTERS = 160
/** So long that it is tiring, and it ends with the sentence, or anyway. */
const LONG_CHARACTERS = 380
const MOST_CHARACTERS = 700
const SENTENCE_END = /[.!?…。！？؟۔।]["”’»)\]]*$/u

/** Cut a text where the speaker pauses, and where a paragraph gets long. */
export function cutParagraphs(text: LessonText): Paragraph[] {
  const paragraphs: Paragraph[] = []
  let first = 0
  let characters = 0
  for (let position = 0; position < text.length; position += 1) {
    if (position > first && isCut(text, position, characters)) {
      paragraphs.push({ first, end: position })
      first = position
      characters = 0
    }
    characters += text.segment(position).text.length + 1
  }
  if (first < text.length) paragraphs.push({ first, end: text.length })
  return paragraphs
}

function isCut(text: LessonText, position: number, characters: number): boolean {
  const before = text.segment(position - 1)
  const pause = text.segment(position).start - before.end
  if (pause >= LONG_PAUSE_SECONDS || characters >= MOST_CHARACTERS) return true
  if (pause >= PAUSE_SECONDS && characters >= FEW_CHARACTERS) return true
  return characters >= LONG_CHARACTERS && SENTENCE_END.test(before.text.trimEnd())
}

/** Which paragraph holds a segment. */
export function paragraphOf(paragraphs: readonly Paragraph[], position: number): number {
  let low = 0
  let high = paragraphs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((paragraphs[middle]?.first ?? Infinity) <= position) low = middle
    else high = middle - 1
  }
  return low
}
