import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { defineComponent, h } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { NotePublic } from '@/api/notes'
import { aLesson } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import Toaster from '@/ui/Toaster.vue'
import { useToasts } from '@/ui/toasts'
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
  quote: 'Élan vital',
  colour: 'green',
  text: '',
  version: 'w1',
})

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', NoIntersections)
  server = fakeServer({
    'GET /api/v1/lessons': {
      items: [aLesson({ id: 2, title: 'Cells' }), aLesson()],
      next_cursor: null,
    },
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

  it('is narrowed by colour and by words, whatever their accents', async () => {
    const { router } = await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')

    await userEvent.type(screen.getByRole('searchbox'), 'elan')
    await waitFor(() => expect(screen.queryByText('Ask about this.')).not.toBeInTheDocument())
    expect(screen.getByText('Élan vital')).toBeVisible()
    expect(router.currentRoute.value.query).toEqual({ q: 'elan' })

    await userEvent.click(screen.getByRole('radio', { name: 'Pink' }))
    expect(await screen.findByRole('heading', { name: 'No note is like that' })).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Show all notes' }))
    expect(await screen.findByText('Ask about this.')).toBeVisible()
  })

  it('reads on until it finds what is wanted', async () => {
    server.on('GET /api/v1/notes', (request) =>
      request.url.includes('cursor=')
        ? Response.json({ items: [OTHER], next_cursor: null })
        : Response.json({ items: [aNote()], next_cursor: 'next' }),
    )
    await renderInPages(NotesView, { address: '/notes?colour=green' })

    expect(await screen.findByText('Élan vital')).toBeVisible()
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
    await userEvent.click(screen.getByRole('button', { name: 'Keep mine' }))

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

    expect(await screen.findByText('Lectern’s server does not answer.')).toBeVisible()
    expect(screen.getByRole('textbox', { name: 'Note' })).toHaveValue('Ask about this. More.')
  })

  it('removes a note once the offer to undo that has gone', async () => {
    server.on('DELETE /api/v1/notes/3', () => new Response(null, { status: 204 }))
    const { pinia } = await renderInPages(WithMessages, { address: '/notes' })
    await screen.findByText('Ask about this.')

    await userEvent.click(screen.getAllByRole('button', { name: 'Remove note' })[0] as HTMLElement)
    await waitFor(() => expect(screen.queryByText('Ask about this.')).not.toBeInTheDocument())
    expect(server.requests).not.toContain('DELETE /api/v1/notes/3')
    const [toast] = useToasts(pinia).toasts
    useToasts(pinia).dismiss(toast?.id ?? 0)

    await waitFor(() => expect(server.requests).toContain('DELETE /api/v1/notes/3'))
  })

  it('brings a removed note back', async () => {
    await renderInPages(WithMessages, { address: '/notes' })
    await screen.findByText('Ask about this.')

    await userEvent.click(screen.getAllByRole('button', { name: 'Remove note' })[0] as HTMLElement)
    const messages = within(screen.getByRole('status', { name: 'Messages' }))
    await userEvent.click(await messages.findByRole('button', { name: 'Undo' }))

    expect(await screen.findByText('Ask about this.')).toBeVisible()
    expect(server.requests).not.toContain('DELETE /api/v1/notes/3')
  })

  it('removes what waits to be removed when the page is closed', async () => {
    await renderInPages(NotesView, { address: '/notes' })
    await screen.findByText('Ask about this.')
    await userEvent.click(screen.getAllByRole('button', { name: 'Remove note' })[0] as HTMLElement)

    window.dispatchEvent(new Event('pagehide'))

    await waitFor(() => expect(server.requests).toContain('DELETE /api/v1/notes/3'))
  })

  it('says how notes come about where there are none', async () => {
    server.on('GET /api/v1/notes', () => Response.json({ items: [], next_cursor: null }))
    await renderInPages(NotesView, { address: '/notes' })

    expect(await screen.findByRole('heading', { name: 'No notes yet' })).toBeVisible()
    expect(screen.queryByRole('searchbox')).not.toBeInTheDocument()
  })
})
