import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { asFailure } from '@/api/failure'
import { getLesson } from '@/api/lessons'

const AT_ONCE = 4
/** A title may be changed while another page is open, so it is looked up again after a while. */
const FRESH_MS = 30_000

/** Titles of lessons that other things name by their ids alone, such as tasks and notes. */
export const useLessonTitles = defineStore('lesson-titles', () => {
  /** null: there is no such lesson, or no more. */
  const titles = reactive(new Map<number, string | null>())
  const askedAt = new Map<number, number>()
  const waiting: number[] = []
  let running = 0

  /** Have the titles of these looked up, unless that was done a moment ago. */
  function want(lessonIds: Iterable<number>): void {
    const now = performance.now()
    for (const id of new Set(lessonIds)) {
      if (now - (askedAt.get(id) ?? Number.NEGATIVE_INFINITY) < FRESH_MS) continue
      askedAt.set(id, now)
      waiting.push(id)
    }
    while (running < AT_ONCE && waiting.length > 0) void work()
  }

  async function work(): Promise<void> {
    running += 1
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await look(id)
    running -= 1
  }

  async function look(id: number): Promise<void> {
    try {
      titles.set(id, (await getLesson(id)).value.title)
    } catch (error) {
      if (asFailure(error).status === 404) titles.set(id, null)
      else askedAt.delete(id)
    }
  }

  return { titleOf: (id: number) => titles.get(id), want }
})
