import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import type { Rerun } from '@/api/reruns'
import { compose } from '@/testing/compose'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { aTask } from '@/testing/lessons'
import { fakeServer, problem } from '@/testing/server'
import { useLessonTasks } from './useLessonTasks'
import { useTextSoFar } from './useTextSoFar'

async function openWork(...items: ReturnType<typeof aTask>[]) {
  const server = fakeServer({ 'GET /api/v1/tasks': { items, next_cursor: null } })
  const asked: Record<string, unknown>[] = []
  server.on('POST /api/v1/tasks', async (request) => {
    asked.push((await request.json()) as Record<string, unknown>)
    return Response.json(aTask({ id: 20 + asked.length, status: 'pending' }), { status: 201 })
  })
  const { given: tasks } = await compose(() => useLessonTasks(1))
  await waitFor(() => expect(server.requests).toHaveLength(1))
  return { server, tasks, asked }
}

const stages = [
  { task_type: 'transcription', is_lower_quality: true },
  { task_type: 'correction', is_lower_quality: false },
] as Rerun[]

describe('The work on a lesson', () => {
  it('is what runs, else what waits; what failed last is told until something is asked for', async () => {
    const { tasks } = await openWork(aTask({ id: 8, status: 'failed' }), aTask({ id: 7 }))
    await waitFor(() => expect(tasks.current.value?.id).toBe(7))
    expect(tasks.failed.value?.id).toBe(8)

    await tasks.start('process')

    expect([tasks.current.value?.id, tasks.failed.value]).toEqual([7, null])
  })

  it('follows what the server tells of this lesson alone', async () => {
    const { tasks } = await openWork()
    const stream = FakeEventSource.opened[0]
    stream?.send('task', aTask({ id: 9, lesson_id: 2 }))
    expect(tasks.current.value).toBeNull()

    stream?.send('task', aTask({ id: 9, progress: 0.5 }))
    expect(tasks.current.value?.progress).toBe(0.5)
    stream?.send('task', aTask({ id: 9, status: 'completed' }))
    expect(tasks.current.value).toBeNull()
  })

  it('is done again stage after stage, each once the one before it is there', async () => {
    const { tasks, asked } = await openWork()
    await tasks.rerun(stages)

    expect(asked).toMatchObject([
      { task_type: 'transcription', parameters: { lesson_id: 1, accept_lower_quality: true } },
      { task_type: 'correction', depends_on: 21, parameters: { lesson_id: 1 } },
    ])
    expect(asked[1]?.parameters).not.toHaveProperty('accept_lower_quality')
  })

  it('stops asking where one is refused: what follows would stand on nothing', async () => {
    const { server, tasks } = await openWork()
    server.on('POST /api/v1/tasks', () => problem(409, 'lesson-busy'))
    await tasks.rerun(stages)

    expect(tasks.failure.value?.code).toBe('lesson-busy')
    expect(server.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
    expect(tasks.isAsking.value).toBe(false)
  })
})

describe('What a first transcription has so far', () => {
  it('is read while it runs, and not any more when the whole text is there', async () => {
    const server = fakeServer({
      'GET /api/v1/lessons/1/transcript/so-far': {
        segments: [{ start: 0, end: 2, text: 'Good morning.' }],
      },
    })
    const [task, isWanted] = [ref(aTask({ status: 'pending' })), ref(true)]
    const { given: soFar } = await compose(() => useTextSoFar(1, task, isWanted))
    expect(server.requests).toEqual([])

    task.value = aTask({ progress: 0.2 })
    await waitFor(() => expect(soFar.value?.length).toBe(1))
    isWanted.value = false

    await waitFor(() => expect(soFar.value).toBeNull())
  })
})
