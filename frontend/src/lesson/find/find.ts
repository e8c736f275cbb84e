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

/** Case, accents and kinds of quotes make no difference. */
export function fold(text: string): Folded {
  const folded = foldCharacters(text)
  if (folded.length === text.length) return { text: folded, origins: null }
  const origins: number[] = []
  let built = ''
  let at = 0
  for (const character of text) {
    const own = foldCharacters(character)
    origins.push(...Array.from({ length: own.length }, () => at))
    built += own
    at += character.length
  }
  return { text: built, origins }
}

function foldCharacters(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[’‘ʼ]/gu, "'")
    .replace(/[“”„«»]/gu, '"')
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
    const words = fold(wanted.trim().replace(/\s+/gu, ' ')).text
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

function originOf(folded: Folded, at: number): number {
  return folded.origins?.[at] ?? at
}
