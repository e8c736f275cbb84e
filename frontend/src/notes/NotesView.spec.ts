import userEvent from '@testing-library/user-event'
import { fireEvent, screen, waitFor, within } from '@testing-library/vue'
import { defineComponent, h } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { NotePublic } from '@/api/notes'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import Toaster from '@/ui/Toaster.vue'
import NotesView from './NotesView.vue'

let server: FakeServer
const WithMessages = defineComponent(() => () => [h(NotesView), h(Toaster)])

class NoIntersections {
  observe(): void {}
  disconnect(): void {}
}

function aNote(more: Partial<NotePublic> = {}): NotePublic {
  return {
    id: 3,
    lesson_id: 1,
    lesson_title: 'Enzymes',
    has_recording: true,
    stretch: { first_segment: 0, first_word: 0, last_segment: 0, last_word: 2 },
    start: 65.4,
    end: 70,
    quote: 'the active site',
    colour: 'yellow',
    text: 'Ask about this.',
    author: 'Ada',
    created_at: '2026-11-20T10:00:00Z',
    changed_at: '2026-11-20T10:00:00Z',
    version: 'v1',
    ...more,
  }
}

const OTHER = aNote({
  id: 2,
  lesson_id: 2,
  lesson_title: 'Cells',
  quote: 'Élan vital',
  colour: 'green',
  text: '',
  version: 'w1',
})

const messages = () => within(screen.getByRole('status', { name: 'Messages' }))

async function removeFirst(): Promise<void> {
  await screen.findByText('Ask about this.')
  await userEvent.click(screen.getAllByRole('button', { name: 'Delete note' })[0] as HTMLElement)
}

function asked(request: Request): Record<string, string> {
  return Object.fromEntries(new URL(request.url).searchParams)
}

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', NoIntersections)
  server = fakeServer({
    'GET /api/v1/courses': { items: [{ id: 2, title: 'Biology', n_lessons: 1, n_themes: 1 }] },
    'GET /api/v1/courses/2/themes': { items: [{ id: 5, title: 'Cells', n_lessons: 1 }] },
    'GET /api/v1/notes': { items: [aNote(), OTHER], next_cursor: null },
  })
})

describe('NotesView', () => {
  it('shows the notes by their lessons, each with the way to its moment', async () => {
    await renderInPages(NotesView, { address: '/notes' })

    expect(await screen.findByRole('heading', { name: 'Enzymes' })).toBeVisible()
    expect(await screen.findByRole('heading', { name: 'Cells' })).toBeVisible()
    const [link] = screen.getAllByRole('link', { name: /the active site/ })
    expect(link).toHaveAttribute('href', '/lessons/1?t=65.4')
    expect(screen.getByText('Ask about this.')).toBeVisible()
  })

  it('is narrowed by the server, and says so in its address', async () => {
    server.on('GET /api/v1/notes', (request) => {
      const { q, colour, kind } = asked(request)
      const items = colour === 'pink' ? [] : q === 'elan' || kind ? [OTHER] : [aNote(), OTHER]
      return Response.json({ items, next_cursor: null })
    })
    const { router } = await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')

    await userEvent.type(screen.getByRole('searchbox'), 'elan')
    await waitFor(() => expect(screen.queryByText('Ask about this.')).not.toBeInTheDocument())
    expect(screen.getByText('Élan vital')).toBeVisible()
    await waitFor(() => expect(router.currentRoute.value.query).toEqual({ q: 'elan' }))

    await userEvent.click(screen.getByRole('radio', { name: 'Pink' }))
    expect(await screen.findByRole('heading', { name: 'No matching notes' })).toBeVisible()
    await waitFor(() =>
      expect(router.currentRoute.value.query).toEqual({ q: 'elan', colour: 'pink' }),
    )
    await userEvent.click(screen.getByRole('button', { name: 'Show all notes' }))
    expect(await screen.findByText('Ask about this.')).toBeVisible()
    expect(screen.getByRole('searchbox')).toHaveValue('')

    await userEvent.selectOptions(screen.getByLabelText('Show'), 'Highlights only')
    await waitFor(() => expect(screen.queryByText('Ask about this.')).not.toBeInTheDocument())
    await waitFor(() => expect(router.currentRoute.value.query).toEqual({ kind: 'highlight' }))
  })

  it('is narrowed to a course and its themes', async () => {
    const { router } = await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')

    await userEvent.selectOptions(await screen.findByLabelText('Course'), 'Biology')
    await userEvent.selectOptions(await screen.findByLabelText('Theme'), 'Cells')

    await waitFor(() =>
      expect(router.currentRoute.value.query).toEqual({ course: '2', theme: '5' }),
    )
    await waitFor(() =>
      expect(server.requests.at(-1)).toBe('GET /api/v1/notes?course_id=2&theme_id=5&limit=100'),
    )
    await userEvent.selectOptions(screen.getByLabelText('Course'), 'All courses')
    await waitFor(() => expect(router.currentRoute.value.query).toEqual({}))
  })

  it('follows its address, back as well', async () => {
    const { router } = await renderInPages(NotesView, { address: '/notes?q=light' })
    await screen.findByText('Ask about this.')

    await router.push('/notes?q=elan&kind=highlight')

    await waitFor(() => expect(screen.getByRole('searchbox')).toHaveValue('elan'))
    expect(screen.getByLabelText('Show')).toHaveValue('highlight')
    expect(server.requests.at(-1)).toBe('GET /api/v1/notes?q=elan&kind=highlight&limit=100')
    const asked = server.requests.length
    await router.push('/tasks')
    expect(server.requests).toHaveLength(asked)
  })

  it('does not take back what is typed while its address follows', async () => {
    const { router } = await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')
    const follow: (() => void)[] = []
    router.beforeEach(() => new Promise<void>((resolve) => follow.push(resolve)))

    await userEvent.type(screen.getByRole('searchbox'), 'el')
    await waitFor(() => expect(follow).toHaveLength(1))
    await fireEvent.update(screen.getByRole('searchbox'), 'elan')
    follow[0]?.()

    await waitFor(() => expect(router.currentRoute.value.query).toEqual({ q: 'el' }))
    expect(screen.getByRole('searchbox')).toHaveValue('elan')
  })

  it('asks for what its address says, and for nothing else', async () => {
    await renderInPages(NotesView, {
      address: '/notes?q=%20light%20&colour=green&kind=note&course=2&theme=x',
    })
    await screen.findByText('Ask about this.')

    const lists = server.requests.filter((request) => request.startsWith('GET /api/v1/notes'))
    expect(lists).toEqual([
      'GET /api/v1/notes?course_id=2&q=light&colour=green&kind=note&limit=100',
    ])
    expect(screen.getByRole('searchbox')).toHaveValue('light')
  })

  it('shows more when that is asked for', async () => {
    server.on('GET /api/v1/notes', (request) =>
      asked(request).cursor === 'next'
        ? Response.json({ items: [OTHER], next_cursor: null })
        : Response.json({ items: [aNote()], next_cursor: 'next' }),
    )
    await renderInPages(NotesView, { address: '/notes' })

    await userEvent.click(await screen.findByRole('button', { name: 'Show more' }))

    expect(await screen.findByText('Élan vital')).toBeVisible()
    expect(screen.getByText('Ask about this.')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument()
  })

  it('changes a note, and names the version that was read', async () => {
    let named: string | null = null
    server.on('PATCH /api/v1/notes/3', async (request) => {
      named = request.headers.get('If-Match')
      const change = (await request.json()) as Partial<NotePublic>
      return Response.json(aNote({ ...change, version: 'v2' }))
    })
    await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')

    await userEvent.click(screen.getAllByRole('button', { name: 'Edit note' })[0] as HTMLElement)
    const field = screen.getByRole('textbox', { name: 'Note' })
    expect(field).toHaveFocus()
    await userEvent.clear(field)
    await userEvent.type(field, 'Answered.')
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))

    expect(await screen.findByText('Answered.')).toBeVisible()
    expect(named).toBe('"v1"')
    expect(screen.queryByRole('textbox', { name: 'Note' })).not.toBeInTheDocument()
  })

  it('lets the person decide where somebody else was quicker', async () => {
    const named: (string | null)[] = []
    server.on('PATCH /api/v1/notes/3', async (request) => {
      named.push(request.headers.get('If-Match'))
      if (named.length === 1)
        return problem(412, 'conflict', { present: aNote({ text: 'Theirs.', version: 'v9' }) })
      return Response.json(aNote({ ...((await request.json()) as object), version: 'v10' }))
    })
    await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')

    await userEvent.click(screen.getAllByRole('button', { name: 'Edit note' })[0] as HTMLElement)
    await userEvent.type(screen.getByRole('textbox', { name: 'Note' }), ' Mine.')
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText('Theirs.')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Keep my version' }))

    expect(await screen.findByText('Ask about this. Mine.')).toBeVisible()
    expect(named).toEqual(['"v1"', '"v9"'])
  })

  it('keeps what was typed while the server is gone', async () => {
    await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')
    await userEvent.click(screen.getAllByRole('button', { name: 'Edit note' })[0] as HTMLElement)
    await userEvent.type(screen.getByRole('textbox', { name: 'Note' }), ' More.')

    server.die()
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))

    expect(await screen.findByText('The server is not responding.')).toBeVisible()
    expect(screen.getByRole('textbox', { name: 'Note' })).toHaveValue('Ask about this. More.')
  })

  it('removes a note at once, and brings it back', async () => {
    const there = new Map([aNote(), OTHER].map((note) => [note.id, note]))
    let named: string | null = null
    server.on('GET /api/v1/notes', () =>
      Response.json({ items: [...there.values()], next_cursor: null }),
    )
    server.on('DELETE /api/v1/notes/3', (request) => {
      named = request.headers.get('If-Match')
      there.delete(3)
      return new Response(null, { status: 204 })
    })
    server.on('POST /api/v1/notes/3/restore', () => {
      there.set(3, aNote())
      return Response.json(aNote())
    })
    await renderInPages(WithMessages, { address: '/notes' })
    await removeFirst()

    await waitFor(() => expect(screen.queryByText('Ask about this.')).not.toBeInTheDocument())
    expect(named).toBe('"v1"')
    await userEvent.click(await messages().findByRole('button', { name: 'Undo' }))

    expect(await screen.findByText('Ask about this.')).toBeVisible()
    expect(server.requests).toContain('POST /api/v1/notes/3/restore')
  })

  it('says where a note was not removed, and shows what somebody else made of it', async () => {
    const theirs = aNote({ text: 'Theirs.', version: 'v9' })
    server.on('DELETE /api/v1/notes/3', () => problem(412, 'conflict', { present: theirs }))
    await renderInPages(WithMessages, { address: '/notes' })
    await removeFirst()

    expect(await messages().findByText(/The note could not be deleted/)).toBeVisible()
    expect(screen.getByText('Theirs.')).toBeVisible()
    expect(messages().queryByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
  })

  it('lets a note go that somebody else has removed', async () => {
    await renderInPages(WithMessages, { address: '/notes' })
    await removeFirst()

    await waitFor(() => expect(screen.queryByText('Ask about this.')).not.toBeInTheDocument())
    expect(screen.queryByText(/was not removed/)).not.toBeInTheDocument()
  })

  it('says where a note was not brought back, and offers it again where that may help', async () => {
    server.on('DELETE /api/v1/notes/3', () => new Response(null, { status: 204 }))
    await renderInPages(WithMessages, { address: '/notes' })
    await removeFirst()
    const undo = await messages().findByRole('button', { name: 'Undo' })

    server.die()
    await userEvent.click(undo)
    expect(await messages().findByText(/The note could not be restored/)).toBeVisible()
    server.revive()
    server.on('POST /api/v1/notes/3/restore', () => problem(404, 'not-found'))
    await userEvent.click(await messages().findByRole('button', { name: 'Undo' }))

    expect(await messages().findByText('The note was deleted permanently.')).toBeVisible()
    expect(messages().queryByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
  })

  it('says how notes come about where there are none', async () => {
    server.on('GET /api/v1/notes', () => Response.json({ items: [], next_cursor: null }))
    await renderInPages(NotesView, { address: '/notes' })

    expect(await screen.findByRole('heading', { name: 'No notes yet' })).toBeVisible()
    expect(screen.queryByRole('searchbox')).not.toBeInTheDocument()
  })
})
