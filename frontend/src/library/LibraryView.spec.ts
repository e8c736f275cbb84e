import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { aLesson, aTask } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import LibraryView from './LibraryView.vue'

let server: FakeServer
/** Has the browser say that the end of the list is seen. */
let seeEnd: () => void

class FakeIntersections {
  constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
    seeEnd = () => tell([{ isIntersecting: true }])
  }
  observe(): void {}
  disconnect(): void {}
}

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', FakeIntersections)
  server = fakeServer({
    'GET /api/v1/lessons': { items: [aLesson()], next_cursor: null },
    'GET /api/v1/courses': { items: [{ id: 2, title: 'Biology', n_lessons: 1, n_themes: 1 }] },
    'GET /api/v1/courses/2/themes': { items: [{ id: 5, title: 'Cells', n_lessons: 1 }] },
    'GET /api/v1/tasks': { items: [], next_cursor: null },
  })
})

function listRequests(): string[] {
  return server.requests.filter((request) => request.startsWith('GET /api/v1/lessons'))
}

describe('LibraryView', () => {
  it('shows the lessons with what is known of them', async () => {
    await renderInPages(LibraryView)

    const link = await screen.findByRole('link', { name: 'Enzymes' })
    const row = within(screen.getByRole('list', { name: 'Lessons' }))
    expect(link).toHaveAttribute('href', '/lessons/1')
    for (const fact of ['Biology', 'November 12, 2026', '1 hr 24 min', 'English']) {
      expect(row.getByText(fact)).toBeVisible()
    }
    expect(row.getByText('What an enzyme does, and what stops it.')).toBeVisible()
  })

  it('says how far a lesson is that is not finished', async () => {
    const item = aLesson({ state: 'new', duration: null, brief: null })
    server.on('GET /api/v1/lessons', () => Response.json({ items: [item], next_cursor: null }))
    await renderInPages(LibraryView)

    const rows = within(await screen.findByRole('list', { name: 'Lessons' }))
    expect(rows.getByText('Not transcribed')).toBeVisible()
  })

  it('reads the filter from the address, and writes it there', async () => {
    const { router } = await renderInPages(LibraryView, { address: '/?course=2&sort=title' })
    await screen.findByRole('link', { name: 'Enzymes' })
    expect(listRequests().at(-1)).toContain('course_id=2')
    expect(listRequests().at(-1)).toContain('sort=title')
    await waitFor(() => expect(screen.getByLabelText('Course')).toHaveValue('2'))

    await userEvent.selectOptions(await screen.findByLabelText('Theme'), 'Cells')
    await userEvent.selectOptions(screen.getByLabelText('State'), 'Corrected')

    await waitFor(() =>
      expect(router.currentRoute.value.query).toEqual({
        course: '2',
        theme: '5',
        state: 'corrected',
        sort: 'title',
      }),
    )
    await waitFor(() => expect(listRequests().at(-1)).toContain('state=corrected'))
  })

  it('forgets the theme with its course', async () => {
    const { router } = await renderInPages(LibraryView, { address: '/?course=2&theme=5' })

    await userEvent.selectOptions(await screen.findByLabelText('Course'), 'All courses')

    await waitFor(() => expect(router.currentRoute.value.query).toEqual({}))
  })

  it('is not moved by the address of another page', async () => {
    const { router } = await renderInPages(LibraryView, { address: '/?course=2' })
    await screen.findByRole('link', { name: 'Enzymes' })
    const before = listRequests().length

    await router.push('/search?course=9')

    expect(listRequests()).toHaveLength(before)
  })

  it('fetches the next page when the end is near, and shows nothing twice', async () => {
    server.on('GET /api/v1/lessons', (request) =>
      request.url.includes('cursor=next')
        ? Response.json({
            items: [aLesson(), aLesson({ id: 2, title: 'Mitosis' })],
            next_cursor: null,
          })
        : Response.json({ items: [aLesson()], next_cursor: 'next' }),
    )
    await renderInPages(LibraryView)
    await screen.findByRole('link', { name: 'Enzymes' })

    seeEnd()

    expect(await screen.findByRole('link', { name: 'Mitosis' })).toBeVisible()
    expect(screen.getAllByRole('link', { name: 'Enzymes' })).toHaveLength(1)
    expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument()
  })

  it('says that the library is empty', async () => {
    server.on('GET /api/v1/lessons', () => Response.json({ items: [], next_cursor: null }))
    server.on('GET /api/v1/courses', () => Response.json({ items: [] }))
    await renderInPages(LibraryView)

    expect(await screen.findByRole('heading', { name: 'The library is empty' })).toBeVisible()
    expect(screen.queryByLabelText('Course')).not.toBeInTheDocument()
  })

  it('says that nothing is left by the filter, and shows all again', async () => {
    server.on('GET /api/v1/lessons', (request) =>
      Response.json({
        items: request.url.includes('state=') ? [] : [aLesson()],
        next_cursor: null,
      }),
    )
    await renderInPages(LibraryView, { address: '/?state=corrected' })
    expect(await screen.findByRole('heading', { name: 'No lesson is like that' })).toBeVisible()

    const [button] = screen.getAllByRole('button', { name: 'Show all lessons' })
    await userEvent.click(button as HTMLElement)

    expect(await screen.findByRole('link', { name: 'Enzymes' })).toBeVisible()
  })

  it('says what is wrong, and tries again', async () => {
    server.on('GET /api/v1/lessons', () => problem(503, 'database-away'))
    await renderInPages(LibraryView)
    expect(await screen.findByText('The database does not answer.')).toBeVisible()

    server.on('GET /api/v1/lessons', () => Response.json({ items: [aLesson()], next_cursor: null }))
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))

    expect(await screen.findByRole('link', { name: 'Enzymes' })).toBeVisible()
    expect(screen.queryByText('The database does not answer.')).not.toBeInTheDocument()
  })

  it('shows the work on a lesson as it gets on, and the lesson anew when it is done', async () => {
    await renderInPages(LibraryView)
    await screen.findByRole('link', { name: 'Enzymes' })

    FakeEventSource.last.send('task', aTask())
    expect(await screen.findByText('In progress, 43%')).toBeVisible()
    expect(screen.getByRole('progressbar', { name: 'Progress of “Enzymes”' })).toBeVisible()

    const renamed = aLesson({ brief: 'Now with a summary.' })
    server.on('GET /api/v1/lessons', () => Response.json({ items: [renamed], next_cursor: null }))
    FakeEventSource.last.send('task', aTask({ status: 'completed', progress: 1 }))

    expect(await screen.findByText('Now with a summary.')).toBeVisible()
    expect(screen.queryByRole('progressbar')).not.toBeInTheDocument()
  })

  it('reads everything again when events were missed', async () => {
    await renderInPages(LibraryView)
    await screen.findByRole('link', { name: 'Enzymes' })
    const waiting = aTask({ status: 'pending', progress: 0 })
    server.on('GET /api/v1/tasks', () => Response.json({ items: [waiting], next_cursor: null }))
    const before = listRequests().length

    FakeEventSource.last.send('begin', {})

    expect(await screen.findByText('Waiting')).toBeVisible()
    await waitFor(() => expect(listRequests().length).toBe(before + 1))
  })
})
