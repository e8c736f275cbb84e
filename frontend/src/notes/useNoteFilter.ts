import { useDebounceFn } from '@vueuse/core'
import { computed, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { NoteFilter } from '@/api/notes'
import { readNoteFilter, writeNoteFilter } from './filter'

/** A pause in typing after which the list is narrowed. */
const PAUSE_MS = 150

/** The filter is in the address, so that it can be shared, and gone back to. */
export function useNoteFilter() {
  const route = useRoute()
  const router = useRouter()
  const own = route.name
  const filter = shallowRef<NoteFilter>(readNoteFilter(route.query))
  const typed = ref(filter.value.words ?? '')

  // While the page is being left, the address is another page's already.
  const addressed = computed(() =>
    route.name === own ? JSON.stringify(writeNoteFilter(readNoteFilter(route.query))) : null,
  )
  watch(addressed, (present) => {
    if (present === null || present === JSON.stringify(writeNoteFilter(filter.value))) return
    filter.value = readNoteFilter(route.query)
    typed.value = filter.value.words ?? ''
  })

  /** The address follows: what is typed meanwhile is not taken back by it. */
  function go(next: NoteFilter): void {
    filter.value = next
    void router.replace({ query: writeNoteFilter(next) })
  }

  function change(changed: NoteFilter): void {
    const next = { ...filter.value, ...changed }
    if ('courseId' in changed) next.themeId = undefined
    go(next)
  }

  function clear(): void {
    typed.value = ''
    go({})
  }

  const narrowSoon = useDebounceFn(() => {
    const words = typed.value.trim()
    if (route.name === own && words !== (filter.value.words ?? '')) change({ words })
  }, PAUSE_MS)
  watch(typed, () => void narrowSoon())

  return { filter, typed, change, clear }
}
