import { computed, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { LessonFilter } from '@/api/lessons'
import { readFilter, writeFilter } from './filter'

/** The filter is in the address, so that it can be shared, and gone back to. */
export function useLibraryFilter() {
  const route = useRoute()
  const router = useRouter()
  const own = route.name
  const filter = ref<LessonFilter>(readFilter(route.query))

  // The page stays alive while others are open: their addresses are none of its business.
  watch(
    () => (route.name === own ? JSON.stringify(readFilter(route.query)) : null),
    (read) => {
      if (read !== null && read !== JSON.stringify(filter.value)) {
        filter.value = JSON.parse(read) as LessonFilter
      }
    },
  )

  function change(changed: Partial<LessonFilter>): void {
    const next = { ...filter.value, ...changed }
    if ('courseId' in changed) next.themeId = undefined
    void router.replace({ query: writeFilter(next) })
  }

  /** All lessons of the course or the theme that is open. */
  function clear(): void {
    change({ state: undefined, from: undefined, to: undefined })
  }

  return { filter: computed(() => filter.value), change, clear }
}
