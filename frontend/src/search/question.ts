import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { SearchFilter } from '@/api/search'
import { readFilter, writeFilter } from '@/library/filter'

/** What somebody searches for, and where. */
export interface Question {
  words: string
  filter: SearchFilter
}

/** The question in an address. */
export function readQuestion(query: LocationQuery): Question {
  const { courseId, themeId, from, to } = readFilter(query)
  const words = typeof query.q === 'string' ? query.q.trim() : ''
  return { words, filter: { courseId, themeId, from, to } }
}

export function writeQuestion({ words, filter }: Question): LocationQueryRaw {
  return { ...(words === '' ? {} : { q: words }), ...writeFilter(filter) }
}

export function isSameQuestion(one: Question, other: Question): boolean {
  return JSON.stringify(writeQuestion(one)) === JSON.stringify(writeQuestion(other))
}

/** How many things a search is narrowed by. */
export function countFilters(filter: SearchFilter): number {
  return Object.values(filter).filter((value) => value !== undefined).length
}

/** The words with quotes around those that were read as others: they are found as they stand. */
export function insistOn(words: string, typed: readonly string[]): string {
  return typed.reduce((text, one) => text.replace(one, () => `"${one}"`), words)
}
