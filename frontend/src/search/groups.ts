import type { HitPublic, PiecePublic } from '@/api/search'

/** The hits of one lesson that were found together. */
export interface HitGroup {
  key: string
  lessonId: number
  title: PiecePublic[]
  date: string
  courseId: number | null
  hits: HitPublic[]
}

/**
 * Hits by their lessons, in the order of the best hit of each. Each page is grouped by itself, so that
 * what is shown already does not move when the next one comes.
 */
export function groupHits(pages: readonly (readonly HitPublic[])[]): HitGroup[] {
  const groups: HitGroup[] = []
  pages.forEach((hits, page) => {
    const ofPage = new Map<number, HitGroup>()
    const last = groups.at(-1)
    if (last !== undefined) ofPage.set(last.lessonId, last)
    for (const hit of hits) {
      let group = ofPage.get(hit.lesson_id)
      if (group === undefined) {
        group = beginGroup(hit, page)
        ofPage.set(hit.lesson_id, group)
        groups.push(group)
      }
      if (isOfWholeTitle(hit)) group.title = hit.snippet
      else group.hits.push(hit)
    }
  })
  return groups
}

function beginGroup(hit: HitPublic, page: number): HitGroup {
  return {
    key: `${String(page)}-${String(hit.lesson_id)}`,
    lessonId: hit.lesson_id,
    title: [{ text: hit.lesson_title, is_match: false }],
    date: hit.lesson_date,
    courseId: hit.course_id,
    hits: [],
  }
}

/** Then the heading shows the hit, and no row needs to. */
function isOfWholeTitle(hit: HitPublic): boolean {
  const text = hit.snippet.map((piece) => piece.text).join('')
  return hit.part === 'title' && text === hit.lesson_title
}
