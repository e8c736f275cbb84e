import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { asFailure } from '@/api/failure'
import { listLessons, type LessonPage } from '@/api/lessons'

const PAGE_LESSONS = 100
/** A title may be changed while another page is open, so it is looked up again after a while. */
const FRESH_MS = 30_000

/**
 * Titles of lessons that tasks name by their ids alone. They are read from the list of lessons, the
 * last added first, as far as they are needed: mostly its first page.
 */
export const useLessonTitles = defineStore('lesson-titles', () => {
  /** null: there is no such lesson, or no more. */
  const titles = reactive(new Map<number, string | null>())
  const lookedAt = new Map<number, number>()
  const wanted = new Set<number>()
  let isLooking = false

  /** Have the titles of these looked up, unless that was done a moment ago. */
  function want(lessonIds: Iterable<number>): void {
    const now = performance.now()
    for (const id of lessonIds) {
      if (now - (lookedAt.get(id) ?? Number.NEGATIVE_INFINITY) > FRESH_MS) wanted.add(id)
    }
    if (!isLooking && wanted.size > 0) void lookUp()
  }

  async function lookUp(): Promise<void> {
    isLooking = true
    try {
      while (wanted.size > 0) await readUntil(new Set(wanted))
    } catch (error) {
      asFailure(error) // what is shown is named by its number until somebody asks again
      wanted.clear()
    } finally {
      isLooking = false
    }
  }

  async function readUntil(ids: ReadonlySet<number>): Promise<void> {
    const missing = new Set(ids)
    const oldest = Math.min(...ids)
    let cursor: string | null = null
    do {
      const place = { limit: PAGE_LESSONS, cursor: cursor ?? undefined }
      const page: LessonPage = await listLessons({ sort: '-id' }, place)
      for (const { id, title } of page.items) {
        titles.set(id, title)
        missing.delete(id)
      }
      cursor = (page.items.at(-1)?.id ?? 0) > oldest ? page.next_cursor : null
    } while (cursor !== null && missing.size > 0)
    for (const id of missing) titles.set(id, null)
    for (const id of ids) {
      lookedAt.set(id, performance.now())
      wanted.delete(id)
    }
  }

  return { titleOf: (id: number) => titles.get(id), want }
})
