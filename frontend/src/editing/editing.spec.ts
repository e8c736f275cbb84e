import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EditPublic } from '@/api/edits'
import LessonPage from '@/lesson/LessonPage.vue'
import { aWholeLesson } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'

const TEXTS = ['Good morning.', 'Today we learn of new ton.', 'Let us begin.']

let server: FakeServer
let stored: string[]
let history: EditPublic[]

const at = (position: number) => `/api/v1/lessons/1/segments/${String(position)}`
const state = (position: number) => {
  const text = stored[position] ?? ''
  return { segment: position, start: position * 3, end: position * 3 + 2, text, version: text }
}

function write(position: number, text: string, editor: string): void {
  const before = stored[position] ?? ''
  const { start, end } = state(position)
  const edited_at = '2026-11-22T10:00:00Z'
  const id = history.length + 1
  const heard = TEXTS[position] ?? ''
  history.unshift({ id, segment: position, start, end, heard, before, text, editor, edited_at })
  stored[position] = text
}

function answerSegment(position: number): void {
  server.on(`GET ${at(position)}`, () => Response.json(state(position)))
  server.on(`GET ${at(position)}/history`, () => Response.json({ items: history }))
  server.on(`PATCH ${at(position)}`, async (request) => {
    const seen = request.headers.get('If-Match')
    if (seen !== `"${stored[position] ?? ''}"`) {
      return problem(412, 'conflict', { present: state(position) })
    }
    const { text, editor } = (await request.json()) as { text: string; editor: string }
    write(position, text, editor)
    return Response.json(state(position))
  })
}

beforeEach(() => {
  localStorage.setItem('lectern.name', 'Ada')
  stored = [...TEXTS]
  history = []
  server = fakeServer({
    'GET /api/v1/lessons/1': aWholeLesson({ has_corrected_transcript: false, has_summary: false }),
    'GET /api/v1/tasks': { items: [], next_cursor: null },
    'GET /api/v1/courses': { items: [] },
    'GET /api/v1/lessons/1/notes': { items: [] },
  })
  server.on('GET /api/v1/lessons/1/transcript', () =>
    Response.json({
      segments: stored.map((text, position) => ({ ...state(position), text })),
    }),
  )
  server.on('GET /api/v1/lessons/1/edits', () =>
    Response.json({ edited: history.slice(0, 1), orphans: [] }),
  )
  server.on('POST /api/v1/lessons/1/edits/1/undo', () => {
    stored[1] = TEXTS[1] ?? ''
    return Response.json(state(1))
  })
  for (const position of TEXTS.keys()) answerSegment(position)
})

async function openSegment(text: string): Promise<HTMLElement> {
  ;(await screen.findByText(text)).focus()
  await userEvent.keyboard('e')
  return screen.findByRole('textbox', { name: /^Text at/ })
}

async function replaceWith(field: HTMLElement, text: string): Promise<void> {
  await userEvent.clear(field)
  await userEvent.type(field, text)
}

const renderPage = () =>
  renderInPages(LessonPage, { props: { lessonId: 1 }, address: '/lessons/1' })

describe('editing in match', () => {
  it('saves with Enter, and goes on to the next segment', async () => {
    await renderPage()
    const field = await openSegment('Today we learn of new ton.')
    expect(field).toHaveFocus()
    expect(field).toHaveTextContent('Today we learn of new ton.')

    await replaceWith(field, 'Today we learn of Newton.{Enter}')

    await waitFor(() => expect(stored[1]).toBe('Today we learn of Newton.'))
    expect(history[0]?.editor).toBe('Ada')
    expect(await screen.findByRole('textbox', { name: 'Text at 0:06' })).toHaveFocus()
    expect(screen.getByText('Today we learn of Newton.')).toBeVisible()
    await waitFor(() =>
      expect(screen.getAllByRole('status').map((each) => each.textContent)).toContain('Saved'),
    )
  })

  it('discards with Escape', async () => {
    await renderPage()
    const field = await openSegment('Good morning.')
    await replaceWith(field, 'Nonsense{Escape}')

    expect(await screen.findByText('Good morning.')).toBeVisible()
    expect(screen.queryByRole('textbox', { name: /^Text at/ })).toBeNull()
    expect(stored[0]).toBe('Good morning.')
    expect(localStorage.getItem('lectern.edit.1.0')).toBeNull()
  })

  it('is undone by Ctrl+Z', async () => {
    await renderPage()
    const field = await openSegment('Today we learn of new ton.')
    await replaceWith(field, 'Today we learn of Newton.{Enter}')
    await waitFor(() => expect(stored[1]).toBe('Today we learn of Newton.'))
    await userEvent.keyboard('{Escape}')
    expect(await screen.findByRole('button', { name: 'Undo edit' })).toBeVisible()

    await userEvent.keyboard('{Control>}z{/Control}')

    expect(await screen.findByText('Today we learn of new ton.')).toBeVisible()
    expect(server.requests).toContain('POST /api/v1/lessons/1/edits/1/undo')
  })

  it('shows both texts where somebody else was quicker', async () => {
    await renderPage()
    const field = await openSegment('Today we learn of new ton.')
    write(1, 'Today: Isaac Newton.', 'Grace')
    await replaceWith(field, 'Today we learn of Newton.{Enter}')

    expect(await screen.findByText('Today: Isaac Newton.')).toBeVisible()
    expect(stored[1]).toBe('Today: Isaac Newton.')

    await userEvent.click(screen.getByRole('button', { name: 'Use the other version' }))
    await waitFor(() =>
      expect(screen.queryByRole('button', { name: 'Use the other version' })).toBeNull(),
    )
    expect(screen.getByText('Today: Isaac Newton.')).toHaveAttribute('data-segment', '1')
  })

  it('says who edited a segment, and what stood there', async () => {
    write(1, 'Today we learn of Newton.', 'Grace')
    await renderPage()

    await userEvent.click(await screen.findByRole('button', { name: /^Edited by Grace/ }))
    const dialog = within(await screen.findByRole('dialog', { name: 'History of this passage' }))
    expect(await dialog.findByText('new ton.')).toHaveProperty('tagName', 'DEL')

    await userEvent.click(dialog.getByRole('button', { name: 'Restore this text' }))

    await waitFor(() => expect(stored[1]).toBe('Today we learn of new ton.'))
    expect(await screen.findByText('Today we learn of new ton.')).toBeVisible()
  })

  it('asks nobody for a name', async () => {
    localStorage.removeItem('lectern.name')
    await renderPage()
    ;(await screen.findByText('Good morning.')).focus()
    await userEvent.keyboard('e')

    expect(await screen.findByRole('textbox', { name: 'Text at 0:00' })).toBeInTheDocument()
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  })

  it('lists edits that lost their place, until they are not needed any more', async () => {
    const orphan = {
      id: 9,
      segment: null,
      start: 4,
      end: 5,
      heard: 'gone words',
      before: 'gone words',
      text: 'Words that went',
      editor: 'Grace',
      edited_at: '2026-11-22T10:00:00Z',
    }
    server.on('GET /api/v1/lessons/1/edits', () => Response.json({ edited: [], orphans: [orphan] }))
    server.on('POST /api/v1/lessons/1/edits/9/dismiss', () => new Response(null, { status: 204 }))
    await renderPage()
    expect(await screen.findByText('1 edit could not be placed')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Show' }))
    expect(screen.getByText('Words that went')).toBeVisible()

    await userEvent.click(screen.getByRole('button', { name: 'Discard' }))

    expect(await screen.findByText('All edits are in place.')).toBeVisible()
  })
})
