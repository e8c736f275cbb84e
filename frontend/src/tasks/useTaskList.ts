import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure, isAbort, type Failure } from '@/api/failure'
import { listTasks, type TaskPage, type TaskPublic, type TaskStatus } from '@/api/tasks'
import { byTurn, ENDED, isUnderWay, UNDER_WAY } from './kinds'

const MOST_UNDER_WAY = 200
const PAGE_ENDED = 30

/** The tasks of one status, or all of them: those under way as they change, and page after page of the rest. */
export function useTaskList(status: Readonly<Ref<TaskStatus | null>>) {
  const tasks = ref(new Map<number, TaskPublic>())
  const nextCursor = ref<string | null>(null)
  const loading = ref<'first' | 'more' | null>('first')
  const failure = ref<Failure | null>(null)
  let request = new AbortController()

  const shown = computed(() =>
    [...tasks.value.values()].filter(
      (task) => status.value === null || task.status === status.value,
    ),
  )
  const underWay = computed(() => shown.value.filter(isUnderWay).sort(byTurn))
  const ended = computed(() =>
    shown.value.filter((task) => !isUnderWay(task)).sort((one, other) => other.id - one.id),
  )

  function wantedOf(all: readonly TaskStatus[]): TaskStatus[] {
    return all.filter((each) => status.value === null || each === status.value)
  }

  async function load(): Promise<void> {
    const first = await read(async (signal) => {
      const [running, past] = await Promise.all([
        pageOf(UNDER_WAY, signal, MOST_UNDER_WAY),
        pageOf(ENDED, signal, PAGE_ENDED),
      ])
      return { items: [...running.items, ...past.items], next_cursor: past.next_cursor }
    })
    if (first === null) return
    tasks.value = new Map(first.items.map((task) => [task.id, task]))
    nextCursor.value = first.next_cursor
  }

  async function loadMore(): Promise<void> {
    const cursor = nextCursor.value
    if (cursor === null || loading.value !== null) return
    loading.value = 'more'
    const page = await read((signal) => pageOf(ENDED, signal, PAGE_ENDED, cursor))
    if (page === null) return
    for (const task of page.items) tasks.value.set(task.id, task)
    nextCursor.value = page.next_cursor
  }

  async function pageOf(
    statuses: readonly TaskStatus[],
    signal: AbortSignal,
    limit: number,
    cursor?: string,
  ): Promise<TaskPage> {
    const wanted = wantedOf(statuses)
    if (wanted.length === 0) return { items: [], next_cursor: null }
    return listTasks({ status: wanted, limit, cursor }, signal)
  }

  /** What is read, or null where a later request has taken its place, or it failed. */
  async function read(ask: (signal: AbortSignal) => Promise<TaskPage>): Promise<TaskPage | null> {
    request.abort()
    request = new AbortController()
    const { signal } = request
    try {
      const page = await ask(signal)
      if (signal.aborted) return null
      failure.value = null
      loading.value = null
      return page
    } catch (error) {
      if (signal.aborted || isAbort(error)) return null
      failure.value = asFailure(error)
      loading.value = null
      return null
    }
  }

  function notice(task: TaskPublic): void {
    tasks.value.set(task.id, task)
  }

  watch(
    status,
    () => {
      loading.value = 'first'
      void load()
    },
    { immediate: true },
  )
  useServerEvent('begin', () => void load())
  useServerEvent('task', notice)
  onScopeDispose(() => request.abort())

  return { underWay, ended, nextCursor, loading, failure, load, loadMore, notice }
}
