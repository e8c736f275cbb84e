import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import { listNotes, type NoteFilter, type NotePage, type NotePublic } from '@/api/notes'
import { useNoteRemovals } from './removals'

const PAGE_NOTES = 100
const MOST_NOTES = 200

/** The notes of all lessons that a filter lets through, the newest first, page after page. */
export function useNoteList(filter: Readonly<Ref<NoteFilter>>) {
  const notes = ref<NotePublic[]>([])
  const nextCursor = ref<string | null>(null)
  const loading = ref<'first' | 'more' | null>('first')
  const failure = ref<Failure | null>(null)
  const { remove } = useNoteRemovals({ drop, replace, takeBack })
  let request = new AbortController()

  /** What is shown stays until the answer is there. */
  async function load(limit = PAGE_NOTES): Promise<void> {
    loading.value = 'first'
    const page = await read({ limit })
    if (page !== null) notes.value = page.items
  }

  async function loadMore(): Promise<void> {
    if (nextCursor.value === null || loading.value !== null) return
    loading.value = 'more'
    const page = await read({ limit: PAGE_NOTES, cursor: nextCursor.value })
    if (page !== null) notes.value.push(...page.items)
  }

  /** A page, or null where a later request has taken its place, or it failed. */
  async function read(place: { limit: number; cursor?: string }): Promise<NotePage | null> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    try {
      const page = await listNotes(filter.value, { ...place, signal })
      if (signal.aborted) return null
      nextCursor.value = page.next_cursor
      failure.value = null
      loading.value = null
      return page
    } catch (error) {
      if (signal.aborted || isAbort(error)) return null
      failure.value = asFailure(error)
      if (place.cursor === undefined) notes.value = [] // they answer another question
      loading.value = null
      return null
    }
  }

  function retry(): void {
    void (notes.value.length > 0 ? loadMore() : load())
  }

  function replace(changed: NotePublic): void {
    notes.value = notes.value.map((note) => (note.id === changed.id ? changed : note))
  }

  function drop(noteId: number): void {
    notes.value = notes.value.filter(({ id }) => id !== noteId)
  }

  /** Only the server knows whether it is wanted, and where it stands. */
  function takeBack(): void {
    void load(Math.min(Math.max(notes.value.length + 1, PAGE_NOTES), MOST_NOTES))
  }

  watch(filter, () => load(), { immediate: true })
  useServerEvent('begin', () => {
    if (failure.value !== null) retry()
  })
  onScopeDispose(() => request.abort())

  return { notes, nextCursor, loading, failure, retry, loadMore, replace, remove }
}
