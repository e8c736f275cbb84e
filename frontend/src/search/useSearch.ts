import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useServerEvent } from '@/api/connection'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import { findHits, type SearchFilter, type SearchPage } from '@/api/search'
import { groupHits } from './groups'
import { isSameQuestion, readQuestion, writeQuestion, type Question } from './question'

/** A pause in typing after which it is searched. */
export const PAUSE_MS = 70
const PAGE_HITS = 30

/**
 * What is searched for, and what was found. The question is in the address, so that it can be shared
 * and gone back to; whoever comes from another page without one finds the last one again.
 */
export function useSearch() {
  const route = useRoute()
  const router = useRouter()
  const own = route.name
  const question = shallowRef<Question>(readQuestion(route.query))
  const typed = ref(question.value.words)
  const pages = shallowRef<SearchPage[]>([])
  const loading = ref<'first' | 'more' | null>(null)
  const failure = shallowRef<Failure | null>(null)
  let request = new AbortController()
  let failedAtMore = false
  let leftAt = 0

  async function search(): Promise<void> {
    request.abort()
    failure.value = null
    if (question.value.words === '') {
      pages.value = []
      loading.value = null
      return
    }
    loading.value = 'first'
    const page = await read()
    if (page !== null) pages.value = [page]
  }

  async function loadMore(): Promise<void> {
    const cursor = pages.value.at(-1)?.next_cursor ?? null
    if (cursor === null || loading.value !== null) return
    loading.value = 'more'
    const page = await read(cursor)
    if (page !== null) pages.value = [...pages.value, page]
  }

  /** A page, or null where a later question has taken its place, or it failed. */
  async function read(cursor?: string): Promise<SearchPage | null> {
    request = new AbortController()
    const { signal } = request
    const { words, filter } = question.value
    try {
      const page = await findHits(words, filter, { cursor, limit: PAGE_HITS, signal })
      if (signal.aborted) return null
      failure.value = null
      loading.value = null
      return page
    } catch (error) {
      if (signal.aborted || isAbort(error)) return null
      failure.value = asFailure(error)
      failedAtMore = cursor !== undefined
      if (!failedAtMore) pages.value = [] // they answer another question
      loading.value = null
      return null
    }
  }

  function retry(): void {
    void (failedAtMore ? loadMore() : search())
  }

  function ask(next: Question): void {
    if (isSameQuestion(next, question.value)) return
    question.value = next
    void router.replace({ query: writeQuestion(next) })
    void search()
  }

  function narrow(changed: Partial<SearchFilter>): void {
    const filter = { ...question.value.filter, ...changed }
    if ('courseId' in changed) filter.themeId = undefined
    ask({ words: typed.value.trim(), filter })
  }

  const askSoon = useDebounceFn(() => {
    if (route.name === own) ask({ words: typed.value.trim(), filter: question.value.filter })
  }, PAUSE_MS)
  watch(typed, (words) => {
    if (words.trim() !== question.value.words) void askSoon()
  })

  /** What the address asks for, wherever it was changed; null: another page is open. */
  const addressed = computed(() =>
    route.name === own ? JSON.stringify(writeQuestion(readQuestion(route.query))) : null,
  )
  watch(addressed, (present, former) => {
    if (present === null) return
    const wanted = readQuestion(route.query)
    if (isSameQuestion(wanted, question.value)) return
    const isBack = former === null && Object.keys(writeQuestion(wanted)).length === 0
    if (isBack) void goOn()
    else {
      question.value = wanted
      typed.value = wanted.words
      void search()
    }
  })

  const stopNoting = router.beforeEach((to, from) => {
    if (from.name === own && to.name !== own) leftAt = window.scrollY
  })

  async function goOn(): Promise<void> {
    await router.replace({ query: writeQuestion(question.value) })
    // The router itself scrolls to the top before the next frame.
    requestAnimationFrame(() => window.scrollTo({ top: leftAt }))
  }

  useServerEvent('begin', () => {
    if (failure.value?.isGone) retry()
  })
  onScopeDispose(() => {
    request.abort()
    stopNoting()
  })
  void search()

  return {
    typed,
    question,
    groups: computed(() => groupHits(pages.value.map((page) => page.items))),
    total: computed(() => pages.value[0]?.total ?? 0),
    readAs: computed(() => pages.value[0]?.read_as ?? []),
    isTotalExact: computed(() => pages.value[0]?.is_total_exact ?? true),
    hasAnswer: computed(() => pages.value.length > 0),
    hasMore: computed(() => (pages.value.at(-1)?.next_cursor ?? null) !== null),
    loading,
    failure,
    narrow,
    askNow: () => ask({ words: typed.value.trim(), filter: question.value.filter }),
    loadMore,
    retry,
  }
}
