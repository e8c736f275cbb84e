import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { defineComponent, h } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { TaskPublic } from '@/api/tasks'
import AppShell from '@/shell/AppShell.vue'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { aTask, doing, STAGES } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import Toaster from '@/ui/Toaster.vue'
import TasksView from './TasksView.vue'

let server: FakeServer
const WithMessages = defineComponent(() => () => [h(TasksView), h(Toaster)])

class NoIntersections {
  observe(): void {}
  disconnect(): void {}
}

function serveTasks(tasks: TaskPublic[]): void {
  server.on('GET /api/v1/tasks', (request) => {
    const wanted = new URL(request.url).searchParams.getAll('status')
    const items = tasks.filter(({ status }) => wanted.includes(status))
    return Response.json({ items, next_cursor: null })
  })
}

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', NoIntersections)
  server = fakeServer({
    'GET /api/v1/stages': { items: STAGES },
    'GET /healthz': { status: 'ok' },
    'GET /api/v1/courses': { items: [] },
    'GET /api/v1/lessons': { items: [], next_cursor: null },
  })
  serveTasks([aTask({ doing: doing() })])
})

const FAILED = aTask({
  id: 5,
  status: 'failed',
  error: 'api.example.com refused the API key (HTTP 401): set a valid one.',
  error_code: 'bad-key',
  error_facts: { server: 'api.example.com' },
  end_date: '2026-11-22T10:00:00Z',
  duration: 75,
  attempt: 2,
})

describe('TasksView', () => {
  it('shows what goes on, where, and how far it is', async () => {
    serveTasks([aTask({ doing: doing({ seconds_left: 95 }), worker: 'lectern-1' })])
    await renderInPages(TasksView, { address: '/tasks' })

    const link = await screen.findByRole('link', { name: 'Enzymes' })
    expect(link).toHaveAttribute('href', '/lessons/1')
    expect(server.requests.join()).not.toContain('/api/v1/lessons')
    const bar = screen.getByRole('progressbar', { name: 'Progress of “Enzymes”' })
    expect(bar).toHaveAttribute('aria-valuenow', '43')
    expect(await screen.findByText('Transcribing: 12:30 of 45:00, about 2 min left')).toBeVisible()
    expect(screen.getByText('Transcribe, correct and summarise')).toBeVisible()
    expect(screen.getByText('worker lectern-1')).toBeVisible()
  })

  it('says how far a task is in the language of the pages', async () => {
    await renderInPages(TasksView, { address: '/tasks', language: 'fr' })

    expect(await screen.findByText('Transcription : 12:30 sur 45:00')).toBeVisible()
  })

  it('has no bar that stands still where nobody knows how far it is', async () => {
    const begun = doing({ stage: 'summary', done: 0, total: 2, unit: 'parts' })
    serveTasks([aTask({ progress: 0.9, doing: begun })])
    await renderInPages(TasksView, { address: '/tasks' })

    const bar = await screen.findByRole('progressbar', { name: 'Progress of “Enzymes”' })
    expect(bar).not.toHaveAttribute('aria-valuenow')
    expect(await screen.findByText('Summarising')).toBeVisible()
  })

  it('says that a worker died, and who goes on', async () => {
    const died = doing({ code: 'worker-died', worker: 'one' })
    serveTasks([
      aTask({ status: 'pending', crashes: 1, doing: died }),
      aTask({ id: 8, crashes: 2, worker: 'two', doing: doing({ code: 'beginning' }) }),
    ])
    await renderInPages(TasksView, { address: '/tasks' })

    expect(
      await screen.findByText(
        'The worker “one” stopped unexpectedly; another one will resume where it left off',
      ),
    ).toBeVisible()
    expect(
      screen.getByText('2 workers stopped unexpectedly; “two” has resumed from the saved progress'),
    ).toBeVisible()
  })

  it('remarks in the language of the pages', async () => {
    const notices = [
      { code: 'done-already', text: 'It was done already.' },
      { code: 'cut-off', text: 'x', seconds: 75 },
      { code: 'text-left', text: 'x', cause: 'bad-key', server: 'api.example.com' },
      { code: 'strange', text: 'The moon is in the way.' },
    ]
    const result = { transcription: { notices }, summary: { notices: ['Said before codes.'] } }
    serveTasks([aTask({ status: 'completed', result })])
    await renderInPages(TasksView, { address: '/tasks', language: 'fr' })

    expect(await screen.findByText('C’était déjà fait.')).toBeVisible()
    expect(screen.getByText(/il n’a pu être lu que jusqu’à 1:15/)).toBeVisible()
    expect(screen.getByText(/Le fournisseur a refusé la clé.*api.example.com/)).toBeVisible()
    expect(screen.getByText('The moon is in the way.')).toBeVisible()
    expect(screen.getByText('Said before codes.')).toBeVisible()
  })

  it('has those that run first, then those that wait by their turn', async () => {
    serveTasks([
      aTask({ id: 8, status: 'pending', lesson_id: 2, lesson_title: 'Cells' }),
      aTask({ id: 9, status: 'pending', lesson_id: 3, lesson_title: null, priority: 5 }),
      aTask({ id: 10, lesson_id: 1 }),
    ])
    await renderInPages(TasksView, { address: '/tasks' })

    await screen.findByRole('link', { name: 'Cells' })
    const names = screen
      .getAllByRole('heading', { level: 3 })
      .map((each) => each.textContent.trim())
    expect(names).toEqual(['Enzymes', 'Lesson 3', 'Cells'])
  })

  it('follows the tasks as they get on', async () => {
    await renderInPages(TasksView, { address: '/tasks' })
    await screen.findByRole('link', { name: 'Enzymes' })

    FakeEventSource.last.send(
      'task',
      aTask({
        progress: 0.8,
        doing: doing({ stage: 'correction', done: 9, total: 20, unit: 'segments' }),
      }),
    )
    expect(await screen.findByText('Correcting: 9 of 20 segments')).toBeVisible()

    FakeEventSource.last.send('task', aTask({ status: 'completed', progress: 1 }))
    await waitFor(() => expect(screen.queryByRole('progressbar')).not.toBeInTheDocument())
    expect(screen.getByRole('heading', { name: 'Finished' })).toBeVisible()
  })

  it('says why one failed, and tries again', async () => {
    serveTasks([FAILED])
    server.on('POST /api/v1/tasks/5/retry', () =>
      Response.json({
        ...FAILED,
        status: 'pending',
        error: null,
        error_code: null,
        end_date: null,
      }),
    )
    await renderInPages(TasksView, { address: '/tasks' })
    expect(await screen.findByText('The provider rejected the API key.')).toBeVisible()
    expect(screen.getByText('Server: api.example.com')).toBeVisible()
    expect(screen.getByText('attempt 2')).toBeVisible()
    expect(screen.getByText('took 1 min')).toBeVisible()

    await userEvent.click(await screen.findByRole('button', { name: /^Try again Enzymes$/ }))

    await waitFor(() => expect(screen.queryByText(/rejected the API key/)).not.toBeInTheDocument())
    expect(screen.getByRole('button', { name: 'Cancel “Enzymes”' })).toBeVisible()
  })

  it('says why one failed in the language of the pages', async () => {
    serveTasks([FAILED])
    await renderInPages(TasksView, { address: '/tasks', language: 'fr' })

    expect(await screen.findByText('Le fournisseur a refusé la clé d’API.')).toBeVisible()
    expect(screen.getByText('Échec')).toBeVisible()
  })

  it('offers to replace a text by a worse one where that was refused', async () => {
    serveTasks([FAILED, { ...FAILED, id: 6, error_code: 'lower-quality' }])
    const asked: string[] = []
    server.on('POST /api/v1/tasks/6/retry', (request) => {
      asked.push(new URL(request.url).search)
      return Response.json(aTask({ id: 6, status: 'pending' }))
    })
    await renderInPages(TasksView, { address: '/tasks' })

    expect(await screen.findAllByRole('button', { name: /^Try again Enzymes$/ })).toHaveLength(2)
    await userEvent.click(screen.getByRole('button', { name: /^Replace the text anyway Enzymes$/ }))

    await waitFor(() => expect(asked).toEqual(['?accept_lower_quality=true']))
  })

  it('cancels, and offers to go on', async () => {
    server.on('POST /api/v1/tasks/7/cancel', () => Response.json(aTask({ status: 'cancelled' })))
    server.on('POST /api/v1/tasks/7/retry', () => Response.json(aTask({ status: 'pending' })))
    await renderInPages(WithMessages, { address: '/tasks' })

    await userEvent.click(await screen.findByRole('button', { name: 'Cancel “Enzymes”' }))
    expect(await screen.findByRole('button', { name: /^Try again Enzymes$/ })).toBeVisible()
    await userEvent.click(await screen.findByRole('button', { name: 'Resume' }))

    await waitFor(() => expect(server.requests).toContain('POST /api/v1/tasks/7/retry'))
  })

  it('takes the state from the address', async () => {
    serveTasks([aTask(), FAILED])
    const { router } = await renderInPages(TasksView, { address: '/tasks?state=failed' })

    expect(await screen.findByText(/rejected the API key/)).toBeVisible()
    expect(screen.queryByRole('progressbar')).not.toBeInTheDocument()
    await userEvent.click(screen.getByRole('link', { name: 'Running' }))

    expect(await screen.findByRole('progressbar')).toBeVisible()
    expect(router.currentRoute.value.query).toEqual({ state: 'running' })
    await waitFor(() => expect(screen.queryByText(/rejected the API key/)).not.toBeInTheDocument())
  })

  it('names a lesson that is gone by its number, and leads nowhere', async () => {
    serveTasks([aTask({ lesson_id: 99, lesson_title: null })])
    await renderInPages(TasksView, { address: '/tasks' })

    expect(await screen.findByText('Lesson 99')).toBeVisible()
    expect(screen.queryByRole('link', { name: 'Lesson 99' })).toBeNull()
  })

  it('says that there is nothing to do', async () => {
    serveTasks([])
    await renderInPages(TasksView, { address: '/tasks' })

    expect(await screen.findByRole('heading', { name: 'No tasks' })).toBeVisible()
  })

  it('says what is wrong', async () => {
    server.on('GET /api/v1/tasks', () => problem(503, 'database-away'))
    await renderInPages(TasksView, { address: '/tasks' })

    expect(await screen.findByText('The database is not responding.')).toBeVisible()
  })
})

describe('the badge of the tasks', () => {
  it('counts what is under way, and what failed until somebody looked', async () => {
    serveTasks([aTask()])
    await renderInPages(AppShell)
    FakeEventSource.last.send('begin', {})
    const navigation = within(screen.getByRole('navigation', { name: 'Pages' }))
    expect(await navigation.findByRole('link', { name: /Tasks.*1 in progress/ })).toBeVisible()

    FakeEventSource.last.send('task', FAILED)
    const link = await navigation.findByRole('link', { name: /Tasks.*1 failed, 1 in progress/ })
    await userEvent.click(link)

    await screen.findByRole('heading', { level: 1, name: 'Tasks' })
    await waitFor(() => expect(link).not.toHaveAccessibleName(/failed/))
    expect(link).toHaveAccessibleName(/1 in progress/)
  })
})
