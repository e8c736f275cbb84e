/** The words of a segment as the server counts them: see backend/text/sentences.py. */

import type { SegmentPublic } from '@/api/lesson-texts'

/** A word as it is shown; `from` and `to` are its place in the shown text, the times are seconds. */
export interface TimedWord {
  text: string
  from: number
  to: number
  start: number
  end: number
}

// As in Python, where a no-break space never parts words and a byte order mark is no space.
const BREAKABLE_SPACE = /(?:(?![\u00a0\u202f\u2007\ufeff])\s|[\u001c-\u001f\u0085])+/u
const EDGES = /^(?:(?!\ufeff)\s)+|(?:(?!\ufeff)\s)+$/gu
const CLOSING_MARKS = new Set('?!;:.,…»”’)]}%')
const OPENING_MARKS = new Set('«“„‘([{¿¡')

/** The words of a text, each with the marks that belong to it ("Vraiment ?" is one). */
export function displayWords(text: string): string[] {
  const words: string[] = []
  let isWordOpen = false
  for (const part of text.split(BREAKABLE_SPACE)) {
    const token = part.replace(EDGES, '')
    if (token === '') continue
    const before = words.at(-1)
    const endsWord = CLOSING_MARKS.has(token) && before !== undefined && !CLOSING_MARKS.has(before)
    if (before !== undefined && (isWordOpen || endsWord)) {
      words[words.length - 1] = `${before} ${token}`
    } else words.push(token)
    isWordOpen = OPENING_MARKS.has(token) && !isWordOpen
  }
  return words
}

/** A segment's words with their times: those that were heard, else its time shared among them. */
export function timeWords(segment: SegmentPublic): TimedWord[] {
  const words = placeWords(displayWords(segment.text))
  if (!takeHeardTimes(words, segment)) shareTime(words, segment)
  return words
}

/** Whether it is known when each word is said. */
export function hasWordTimes(segment: SegmentPublic): boolean {
  return (segment.words ?? []).length > 0
}

function placeWords(texts: string[]): TimedWord[] {
  let from = 0
  return texts.map((text) => {
    const word = { text, from, to: from + text.length, start: 0, end: 0 }
    from = word.to + 1
    return word
  })
}

/** By their letters, as recognisers part words in their own ways; false where these differ. */
function takeHeardTimes(words: TimedWord[], segment: SegmentPublic): boolean {
  const heard = (segment.words ?? []).map((word) => ({ ...word, text: letters(word.text) }))
  if (heard.map((word) => word.text).join('') !== letters(segment.text)) return false
  if (heard.length === 0) return false
  let next = 0
  let nextEnds = heard[0]?.text.length ?? 0
  let read = 0
  const heardAt = (letter: number) => {
    while (letter >= nextEnds && next < heard.length - 1) {
      next += 1
      nextEnds += heard[next]?.text.length ?? 0
    }
    return heard[next]
  }
  for (const word of words) {
    const length = letters(word.text).length
    word.start = heardAt(read)?.start ?? segment.start
    read += length
    word.end = heardAt(read - 1)?.end ?? segment.end
  }
  return true
}

function letters(text: string): string {
  return text.replace(/\s+/gu, '')
}

function shareTime(words: TimedWord[], { start, end }: SegmentPublic): void {
  const characters = words.reduce((sum, word) => sum + word.text.length, 0)
  const secondsPerCharacter = (end - start) / Math.max(1, characters)
  let time = start
  for (const word of words) {
    word.start = time
    time += word.text.length * secondsPerCharacter
    word.end = time
  }
}
