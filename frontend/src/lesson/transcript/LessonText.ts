import type { SegmentPublic } from '@/api/lesson-texts'
import { displayWords, hasWordTimes, timeWords, type TimedWord } from './words'

/** From a word to a word, both included, counted as the API's notes count them. */
export interface Stretch {
  first_segment: number
  first_word: number
  last_segment: number
  last_word: number
}

/** Of so many segments the words are kept: more than are looked at together. */
const KEPT_WORDS = 400

/**
 * One text of a lesson. It is never reactive: ten thousand segments are held as they came, and
 * what is known of their words is worked out when it is asked for.
 */
export class LessonText {
  readonly #shown = new Map<number, string>()
  readonly #words = new Map<number, readonly TimedWord[]>()

  constructor(readonly segments: readonly SegmentPublic[]) {}

  get length(): number {
    return this.segments.length
  }

  segment(position: number): SegmentPublic {
    const segment = this.segments[position]
    if (segment === undefined) throw new RangeError(`there is no segment ${String(position)}`)
    return segment
  }

  /** A segment's text as it is shown: its words with single spaces between them. */
  shown(position: number): string {
    let shown = this.#shown.get(position)
    if (shown === undefined) {
      shown = displayWords(this.segment(position).text).join(' ')
      this.#shown.set(position, shown)
    }
    return shown
  }

  words(position: number): readonly TimedWord[] {
    let words = this.#words.get(position)
    if (words === undefined) {
      words = timeWords(this.segment(position))
      this.#keepWords(position, words)
    }
    return words
  }

  /** Whoever hears a lesson to its end comes by all of its words, and needs them no more. */
  #keepWords(position: number, words: readonly TimedWord[]): void {
    const [oldest] = this.#words.keys()
    if (oldest !== undefined && this.#words.size >= KEPT_WORDS) this.#words.delete(oldest)
    this.#words.set(position, words)
  }

  /** The same with another text of one segment. */
  withText(position: number, text: string): LessonText {
    const segments = [...this.segments]
    segments[position] = { ...this.segment(position), text }
    const edited = new LessonText(segments)
    for (const [each, shown] of this.#shown) if (each !== position) edited.#shown.set(each, shown)
    for (const [each, words] of this.#words) if (each !== position) edited.#words.set(each, words)
    return edited
  }

  /** The segment that is said at a moment, or was the last; null before the first. */
  segmentAt(seconds: number): number | null {
    let low = 0
    let high = this.segments.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.segments[middle]?.start ?? Infinity) <= seconds) low = middle + 1
      else high = middle
    }
    return low === 0 ? null : low - 1
  }

  /** The word of a segment that is said at a moment; null where only the segment is known. */
  wordAt(position: number, seconds: number): number | null {
    if (!hasWordTimes(this.segment(position))) return null
    const words = this.words(position)
    for (let number = words.length - 1; number >= 0; number -= 1) {
      if ((words[number]?.start ?? Infinity) <= seconds) return number
    }
    return null
  }

  /** The word that holds a character of the shown text, or comes before it. */
  wordHolding(position: number, character: number): number {
    const words = this.words(position)
    const after = words.findIndex((word) => word.from > character)
    return Math.max(0, (after === -1 ? words.length : after) - 1)
  }
}
