import type { LessonText } from '../transcript/LessonText'

/** Characters of one segment; a hit that spans several has one for each. */
export interface FoundPart {
  segment: number
  from: number
  to: number
}

export interface Hit {
  parts: FoundPart[]
}

/** More than anybody steps through. */
export const MOST_HITS = 5000

interface Folded {
  text: string
  /** For each folded character the one that it came from; null: the same. */
  origins: number[] | null
}

/**
 * Case, accents, kinds of quotes and keyboards make no difference, nor does what writers put between
 * letters at will: e-mail is email, U.S.A. is USA, 1,000 is 1000.
 */
export function fold(text: string): Folded {
  const dropped = droppedFrom(text)
  const folded = foldCharacters(text)
  if (dropped.size === 0 && folded.length === text.length) return { text: folded, origins: null }
  const origins: number[] = []
  let built = ''
  let at = 0
  for (const character of text) {
    const own = dropped.has(at) ? '' : foldCharacters(character)
    origins.push(...Array.from({ length: own.length }, () => at))
    built += own
    at += character.length
  }
  return { text: built, origins }
}

const APOSTROPHES = "'’‘ʼ´`′"
const BETWEEN_LETTERS = new RegExp(
  `(?<=[\\p{L}\\p{M}])[-‐‑.${APOSTROPHES}](?=[\\p{L}\\p{N}])|` +
    `(?<=\\p{N})[-‐‑.${APOSTROPHES}](?=\\p{L})`,
  'gu',
)
const BETWEEN_THOUSANDS = new RegExp(
  `(?<![\\p{L}\\p{N}])\\p{Nd}{1,3}([,.٬ \\u00a0\\u2009\\u202f${APOSTROPHES}])\\p{Nd}{3}` +
    `(?:\\1\\p{Nd}{3})*(?!\\p{Nd})`,
  'gu',
)

/** The places of characters that only stand between the letters of a word or the digits of a number. */
function droppedFrom(text: string): Set<number> {
  const dropped = new Set<number>()
  for (const { index } of text.matchAll(BETWEEN_LETTERS)) dropped.add(index)
  for (const { 0: number, index } of text.matchAll(BETWEEN_THOUSANDS)) {
    if (!/^[0٠۰]/u.test(number)) {
      for (const { index: within } of number.matchAll(/\P{Nd}/gu)) dropped.add(index + within)
    }
  }
  return dropped
}

const SAME_LETTERS = new Map(
  Object.entries({
    ...{ ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ħ: 'h', ı: 'i' },
    ...{ ٱ: 'ا', ك: 'ک', ڪ: 'ک', ي: 'ی', ى: 'ی', ے: 'ی', ة: 'ه', ە: 'ه', ہ: 'ه', ھ: 'ه', ۃ: 'ه' },
  }),
)
const ARABIC_DIGITS = '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹'

function foldCharacters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{Mn}\u00ad\u0640\u200c\u200d\u2060\ufeff]/gu, '')
    .toLowerCase()
    .replace(/\p{Mn}/gu, '')
    .replace(/[^\p{ASCII}]/gu, foldLetter)
}

function foldLetter(letter: string): string {
  const digit = ARABIC_DIGITS.indexOf(letter)
  if (digit !== -1) return String(digit % 10)
  if (APOSTROPHES.includes(letter)) return "'"
  if ('“”„«»'.includes(letter)) return '"'
  return SAME_LETTERS.get(letter) ?? letter
}

/** All of a text in one, as it is searched: segments follow each other with a space between. */
export class FoldedText {
  readonly #text: string
  readonly #starts: number[] = []
  readonly #folded: Folded[] = []

  constructor(private readonly lesson: LessonText) {
    const parts: string[] = []
    let at = 0
    for (let position = 0; position < lesson.length; position += 1) {
      const folded = fold(lesson.shown(position))
      this.#starts.push(at)
      this.#folded.push(folded)
      parts.push(folded.text)
      at += folded.text.length + 1
    }
    this.#text = parts.join(' ')
  }

  find(wanted: string): Hit[] {
    const words = foldWanted(wanted)
    const hits: Hit[] = []
    if (words === '') return hits
    let at = this.#text.indexOf(words)
    let segment = 0
    while (at !== -1 && hits.length < MOST_HITS) {
      while ((this.#starts[segment + 1] ?? Infinity) <= at) segment += 1
      hits.push({ parts: this.#partsOf(segment, at, at + words.length) })
      at = this.#text.indexOf(words, at + words.length)
    }
    return hits
  }

  #partsOf(first: number, from: number, to: number): FoundPart[] {
    const parts: FoundPart[] = []
    for (let segment = first; segment < this.lesson.length; segment += 1) {
      const start = this.#starts[segment] ?? Infinity
      if (start >= to) break
      const folded = this.#folded[segment]
      if (folded === undefined || folded.text === '') continue
      const last = Math.min(to - start, folded.text.length)
      if (last <= Math.max(0, from - start)) continue
      parts.push({
        segment,
        from: originOf(folded, Math.max(0, from - start)),
        to: originOf(folded, last - 1) + 1,
      })
    }
    return parts
  }
}

/** What is being typed may end with what stands between letters. */
function foldWanted(wanted: string): string {
  const words = fold(wanted.trim().replace(/\s+/gu, ' ')).text
  return words.replace(/(?<=\p{L})[-.']$/u, '')
}

function originOf(folded: Folded, at: number): number {
  return folded.origins?.[at] ?? at
}
