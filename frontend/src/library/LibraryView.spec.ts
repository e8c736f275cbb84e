import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { aLesson, aTask } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import { useToasts } from '@/ui/toasts'
import LibraryView from './LibraryView.vue'

const aCourse = {
  id: 2,
  title: 'Biology',
  description: '',
  version: 'b1',
  n_lessons: 1,
  n_themes: 1,
}
const aTheme = { id: 5, title: 'Cells', course_id: 2, version: 't1', n_lessons: 1 }

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
    'GET /api/v1/courses': { items: [aCourse] },
    'GET /api/v1/courses/2/themes': { items: [aTheme] },
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
    const shelf = within(screen.getByRole('navigation', { name: 'Courses' }))
    expect(await shelf.findByRole('link', { current: true })).toHaveTextContent('Biology')
    expect(await screen.findByRole('heading', { level: 1, name: 'Biology' })).toBeVisible()

    await userEvent.click(await shelf.findByRole('link', { name: /Cells/ }))
    expect(await screen.findByRole('heading', { level: 1, name: 'Cells' })).toBeVisible()
    await userEvent.selectOptions(screen.getByLabelText('Status'), 'Corrected')

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

    await userEvent.click(await screen.findByRole('link', { name: 'All courses' }))

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

    expect(await screen.findByRole('heading', { name: 'Your library is empty' })).toBeVisible()
    expect(screen.queryByRole('navigation', { name: 'Courses' })).not.toBeInTheDocument()
  })

  it('says that nothing is left by the filter, and shows all again', async () => {
    server.on('GET /api/v1/lessons', (request) =>
      Response.json({
        items: request.url.includes('state=') ? [] : [aLesson()],
        next_cursor: null,
      }),
    )
    await renderInPages(LibraryView, { address: '/?state=corrected' })
    expect(await screen.findByRole('heading', { name: 'No matching lessons' })).toBeVisible()

    const [button] = screen.getAllByRole('button', { name: 'Show all lessons' })
    await userEvent.click(button as HTMLElement)

    expect(await screen.findByRole('link', { name: 'Enzymes' })).toBeVisible()
  })

  it('says what is wrong, and tries again', async () => {
    server.on('GET /api/v1/lessons', () => problem(503, 'database-away'))
    await renderInPages(LibraryView)
    expect(await screen.findByText('The database is not responding.')).toBeVisible()

    server.on('GET /api/v1/lessons', () => Response.json({ items: [aLesson()], next_cursor: null }))
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))

    expect(await screen.findByRole('link', { name: 'Enzymes' })).toBeVisible()
    expect(screen.queryByText('The database is not responding.')).not.toBeInTheDocument()
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

  it('adds the sample lesson to an empty library, and opens it', async () => {
    server.on('GET /api/v1/lessons', () => Response.json({ items: [], next_cursor: null }))
    server.on('GET /api/v1/courses', () => Response.json({ items: [] }))
    server.on('POST /api/v1/sample-lesson', () =>
      Response.json({ lesson: { id: 4 }, task_id: 9, same_recording: [] }, { status: 201 }),
    )
    const { router } = await renderInPages(LibraryView)

    await userEvent.click(await screen.findByRole('button', { name: 'Try the sample lesson' }))

    await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/lessons/4'))
  })

  it('shows a lesson that somebody else has added', async () => {
    await renderInPages(LibraryView)
    await screen.findByRole('link', { name: 'Enzymes' })
    const items = [aLesson({ id: 2, title: 'Mitosis', state: 'new' }), aLesson()]
    server.on('GET /api/v1/lessons', () => Response.json({ items, next_cursor: null }))

    FakeEventSource.last.send('task', aTask({ id: 11, lesson_id: 2, status: 'pending' }))

    expect(await screen.findByRole('link', { name: 'Mitosis' })).toBeVisible()
  })
})

describe('Courses', () => {
  it('are made with a title, and opened', async () => {
    server.on('POST /api/v1/courses', () => Response.json({ ...aCourse, id: 3 }, { status: 201 }))
    const { router } = await renderInPages(LibraryView)

    await userEvent.click(await screen.findByRole('button', { name: 'New course' }))
    await userEvent.type(await screen.findByLabelText('Title'), 'Chemistry{Enter}')

    await waitFor(() => expect(router.currentRoute.value.query).toEqual({ course: '3' }))
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  })

  it('say at the field that a title is taken', async () => {
    server.on('POST /api/v1/courses', () => problem(409, 'already-there'))
    await renderInPages(LibraryView)

    await userEvent.click(await screen.findByRole('button', { name: 'New course' }))
    await userEvent.type(await screen.findByLabelText('Title'), 'Biology{Enter}')

    expect(await screen.findByRole('alert')).toHaveTextContent('This title is already in use.')
    expect(screen.getByLabelText('Title')).toHaveValue('Biology')
  })

  it('are renamed in the version that was seen', async () => {
    let sent: unknown
    server.on('PATCH /api/v1/courses/2', async (request) => {
      sent = [request.headers.get('If-Match'), await request.json()]
      return Response.json({ ...aCourse, title: 'Life' })
    })
    await renderInPages(LibraryView, { address: '/?course=2' })

    await userEvent.click(await screen.findByRole('button', { name: 'Actions for Biology' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Rename' }))
    const field = await screen.findByLabelText('Title')
    await userEvent.clear(field)
    await userEvent.type(field, 'Life{Enter}')

    await waitFor(() => expect(sent).toEqual(['"b1"', { title: 'Life' }]))
  })

  it('are removed at once, and come back with their lessons', async () => {
    const wanted: unknown[] = []
    server.on('DELETE /api/v1/courses/2', () => new Response(null, { status: 204 }))
    server.on('POST /api/v1/courses', () => Response.json({ ...aCourse, id: 6 }, { status: 201 }))
    server.on('POST /api/v1/courses/6/themes', () => Response.json(aTheme, { status: 201 }))
    server.on('PATCH /api/v1/lessons/1', async (request) => {
      wanted.push(await request.json())
      return Response.json(aLesson())
    })
    const { pinia, router } = await renderInPages(LibraryView, { address: '/?course=2' })

    await userEvent.click(await screen.findByRole('button', { name: 'Actions for Biology' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete course' }))
    await waitFor(() => expect(router.currentRoute.value.query).toEqual({}))
    const [toast] = useToasts(pinia).toasts
    expect(toast?.text).toBe(
      'The course “Biology” was deleted; its lesson is still in the library.',
    )
    toast?.action?.run()

    await waitFor(() => expect(wanted).toEqual([{ course_id: 6, theme: '' }]))
  })
})

describe('Selected lessons', () => {
  const lessons = [1, 2, 3].map((id) => aLesson({ id, title: `Lesson ${String(id)}` }))

  async function select(...titles: string[]) {
    server.on('GET /api/v1/lessons', () => Response.json({ items: lessons, next_cursor: null }))
    const rendered = await renderInPages(LibraryView)
    await userEvent.click(await screen.findByRole('button', { name: 'Select' }))
    for (const title of titles) {
      await userEvent.click(await screen.findByRole('checkbox', { name: `Select ${title}` }))
    }
    return rendered
  }

  it('are removed together, and brought back together', async () => {
    for (const id of ['1', '3']) {
      server.on(`DELETE /api/v1/lessons/${id}`, () => new Response(null, { status: 204 }))
      server.on(`POST /api/v1/trash/${id}/restore`, () => Response.json(aLesson()))
    }
    const { pinia } = await select('Lesson 1', 'Lesson 3')
    expect(await screen.findByText('2 selected')).toBeVisible()

    await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
    await waitFor(() => expect(useToasts(pinia).toasts).toHaveLength(1))
    const [toast] = useToasts(pinia).toasts
    expect(toast?.text).toBe('2 lessons were moved to the trash.')
    toast?.action?.run()

    await waitFor(() => {
      const restored = server.requests.filter((request) => request.endsWith('/restore'))
      expect(restored).toHaveLength(2)
    })
    expect(screen.queryByRole('toolbar')).not.toBeInTheDocument()
  })

  it('are processed', async () => {
    const asked: unknown[] = []
    server.on('POST /api/v1/tasks', async (request) => {
      asked.push(await request.json())
      return Response.json(aTask(), { status: 201 })
    })
    await select('Lesson 2')

    await userEvent.click(screen.getByRole('button', { name: 'Process' }))

    await waitFor(() =>
      expect(asked).toEqual([
        expect.objectContaining({ task_type: 'process', parameters: { lesson_id: 2 } }),
      ]),
    )
  })

  it('are moved to a course, which can be undone', async () => {
    const changes: unknown[] = []
    server.on('GET /api/v1/courses', () =>
      Response.json({ items: [aCourse, { ...aCourse, id: 3, title: 'Chemistry' }] }),
    )
    server.on('PATCH /api/v1/lessons/2', async (request) => {
      changes.push(await request.json())
      return Response.json(aLesson())
    })
    const { pinia } = await select('Lesson 2')

    await userEvent.click(screen.getByRole('button', { name: 'Move' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Chemistry' }))
    await waitFor(() => expect(useToasts(pinia).toasts).toHaveLength(1))
    useToasts(pinia).toasts[0]?.action?.run()

    await waitFor(() => expect(changes).toEqual([{ course: 'Chemistry' }, { course_id: 2 }]))
  })

  it('are all of them, at one press', async () => {
    await select()

    await userEvent.click(await screen.findByRole('checkbox', { name: 'Select all shown' }))

    expect(screen.getByText('3 selected')).toBeVisible()
  })

  it('says what did not work', async () => {
    server.on('DELETE /api/v1/lessons/1', () => problem(503, 'database-away'))
    const { pinia } = await select('Lesson 1')

    await userEvent.click(screen.getByRole('button', { name: 'Delete' }))

    await waitFor(() =>
      expect(useToasts(pinia).toasts).toMatchObject([
        { look: 'danger', text: 'The database is not responding.' },
      ]),
    )
  })
})
