import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import { listNotes, type NotePublic } from '@/api/notes'
import { matches, type NoteFilter } from './filter'

const PAGE_NOTES = 100

/**
 * The notes of all lessons that a filter lets through, the newest first. The server lists them all:
 * pages are read on until one has something that matches, or there are no more.
 */
export function useNoteList(filter: Readonly<Ref<NoteFilter>>) {
  const all = ref<NotePublic[]>([])
  const nextCursor = ref<string | null>(null)
  const loading = ref<'first' | 'more' | null>('first')
  const failure = ref<Failure | null>(null)
  let request = new AbortController()

  const notes = computed(() => all.value.filter((note) => matches(note, filter.value)))

  async function load(): Promise<void> {
    await read([])
  }

  async function loadMore(): Promise<void> {
    if (nextCursor.value === null || loading.value !== null) return
    loading.value = 'more'
    await read(all.value, nextCursor.value)
  }

  async function read(before: readonly NotePublic[], cursor?: string): Promise<void> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    try {
      const known = new Map(before.map((note) => [note.id, note]))
      let isEnough = false
      let next: string | null | undefined = cursor
      do {
        const page = await listNotes({ limit: PAGE_NOTES, cursor: next ?? undefined }, signal)
        if (signal.aborted) return
        for (const note of page.items) known.set(note.id, note)
        next = page.next_cursor
        isEnough = page.items.some((note) => matches(note, filter.value))
      } while (next !== null && !isEnough)
      all.value = [...known.values()]
      nextCursor.value = next
      failure.value = null
      loading.value = null
    } catch (error) {
      if (signal.aborted || isAbort(error)) return
      failure.value = asFailure(error)
      loading.value = null
    }
  }

  function replace(changed: NotePublic): void {
    all.value = all.value.map((note) => (note.id === changed.id ? changed : note))
  }

  watch(filter, () => {
    if (notes.value.length === 0) void loadMore()
  })
  useServerEvent('begin', () => {
    if (failure.value !== null) void load()
  })
  onScopeDispose(() => request.abort())
  void load()

  return { notes, nextCursor, loading, failure, load, loadMore, replace }
}
