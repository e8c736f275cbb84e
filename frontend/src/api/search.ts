import { client, take } from './client'
import type { SearchPage } from './schema'

export type { HitPublic, PiecePublic, ReadAsPublic, SearchPage } from './schema'

export interface SearchFilter {
  courseId?: number
  themeId?: number
  /** Days, such as 2026-11-22; the last is included. */
  from?: string
  to?: string
}

export interface HitPlace {
  cursor?: string
  limit?: number
  signal?: AbortSignal
}

/** Hits of words, "phrases" and prefixes*, the best first; the last word may be unfinished. */
export function findHits(
  words: string,
  { courseId, themeId, ...days }: SearchFilter = {},
  { signal, ...page }: HitPlace = {},
): Promise<SearchPage> {
  const query = {
    q: words,
    typing: true,
    course_id: courseId === undefined ? undefined : [courseId],
    theme_id: themeId === undefined ? undefined : [themeId],
    ...days,
    ...page,
  }
  return take(client.GET('/api/v1/search', { params: { query }, signal }))
}
