import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import { listLessons, type LessonFilter, type LessonListed, type LessonPage } from '@/api/lessons'

const PAGE_LESSONS = 50
const MOST_LESSONS = 200
const SETTLE_MS = 400
const ENDED = new Set(['completed', 'failed', 'cancelled'])

/** The lessons that a filter lets through, page after page, as they change. */
export function useLessonList(filter: Readonly<Ref<LessonFilter>>) {
  const lessons = ref<LessonListed[]>([])
  const nextCursor = ref<string | null>(null)
  /** `first`: nothing can be shown yet. `more`: the next page is on its way. */
  const loading = ref<'first' | 'more' | null>('first')
  const failure = ref<Failure | null>(null)
  let request = new AbortController()

  async function load(): Promise<void> {
    loading.value = 'first'
    lessons.value = []
    await refresh(PAGE_LESSONS)
  }

  /** Read again what is shown, which stays until the answer is there. */
  async function refresh(limit = Math.min(Math.max(lessons.value.length, 1), MOST_LESSONS)) {
    const page = await read({ limit: Math.max(limit, PAGE_LESSONS) })
    if (page === null) return
    lessons.value = page.items
    nextCursor.value = page.next_cursor
    loading.value = null
  }

  async function loadMore(): Promise<void> {
    if (nextCursor.value === null || loading.value !== null) return
    loading.value = 'more'
    const page = await read({ limit: PAGE_LESSONS, cursor: nextCursor.value })
    if (page === null) return
    const shown = new Set(lessons.value.map((lesson) => lesson.id))
    lessons.value.push(...page.items.filter((lesson) => !shown.has(lesson.id)))
    nextCursor.value = page.next_cursor
    loading.value = null
  }

  /** A page, or null where a later request has taken its place, or it failed. */
  async function read(place: { limit: number; cursor?: string }): Promise<LessonPage | null> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    try {
      const page = await listLessons(filter.value, { ...place, signal })
      if (signal.aborted) return null
      failure.value = null
      return page
    } catch (error) {
      if (signal.aborted || isAbort(error)) return null
      failure.value = asFailure(error)
      loading.value = null
      return null
    }
  }

  watch(filter, load, { immediate: true })

  /** Tasks that were told of before: of a lesson that the filter hides, the first is enough. */
  const known = new Set<number>()
  let settleTimer: number | undefined
  function refreshSoon(): void {
    clearTimeout(settleTimer)
    settleTimer = window.setTimeout(() => void refresh(), SETTLE_MS)
  }
  useServerEvent('begin', refreshSoon)
  useServerEvent('task', (task) => {
    const isNew = task.lesson_id !== null && !lessons.value.some(({ id }) => id === task.lesson_id)
    if (ENDED.has(task.status) || (isNew && !known.has(task.id))) refreshSoon()
    known.add(task.id)
  })
  onScopeDispose(() => {
    clearTimeout(settleTimer)
    request.abort()
  })

  return { lessons, nextCursor, loading, failure, load, loadMore, refreshSoon }
}
