import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { defineComponent, h, ref } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import type { NoteNew, NotePublic } from '@/api/notes'
import LessonPage from '@/lesson/LessonPage.vue'
import { aWholeLesson } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import Toaster from '@/ui/Toaster.vue'
import NotesView from './NotesView.vue'

let server: FakeServer
let notes: NotePublic[]

function aNote(more: Partial<NotePublic> = {}): NotePublic {
  return {
    id: 5,
    lesson_id: 1,
    lesson_title: 'Enzymes',
    has_recording: true,
    stretch: { first_segment: 0, first_word: 0, last_segment: 0, last_word: 0 },
    start: 0,
    end: 1,
    quote: 'Good',
    colour: 'yellow',
    text: '',
    author: 'Grace',
    created_at: '2026-11-22T10:00:00Z',
    changed_at: '2026-11-22T10:00:00Z',
    version: 'n1',
    ...more,
  }
}

beforeEach(() => {
  localStorage.setItem('lectern.name', 'Ada')
  notes = []
  server = fakeServer({
    'GET /api/v1/lessons/1': aWholeLesson({ has_corrected_transcript: false }),
    'GET /api/v1/lessons/1/transcript': {
      segments: [
        { start: 0, end: 2, text: 'Good morning, everyone.' },
        { start: 3, end: 5, text: 'Let us begin.' },
      ],
    },
    'GET /api/v1/lessons/1/summary': { lesson_id: 1, brief: 'Of light.', moments: [] },
    'GET /api/v1/lessons/1/edits': { edited: [], orphans: [] },
    'GET /api/v1/tasks': { items: [], next_cursor: null },
    'GET /api/v1/courses': { items: [] },
  })
  server.on('GET /api/v1/lessons/1/notes', () => Response.json({ items: notes }))
  server.on('POST /api/v1/lessons/1/notes', async (request) => {
    const { stretch, quote, colour, text, author } = (await request.json()) as NoteNew
    const note = aNote({ stretch, quote, colour, text, author })
    notes.push(note)
    return Response.json(note, { status: 201 })
  })
  server.on('PATCH /api/v1/notes/5', async (request) => {
    const change = (await request.json()) as Partial<NotePublic>
    notes = [{ ...aNote(notes[0]), ...change, version: 'n2' }]
    return Response.json(notes[0])
  })
})

const renderPage = () =>
  renderInPages(LessonPage, { props: { lessonId: 1 }, address: '/lessons/1' })

function select(node: Node | null, from: number, to: number): void {
  const range = document.createRange()
  if (node === null) throw new Error('there is nothing to select')
  range.setStart(node, from)
  range.setEnd(node, to)
  const selection = document.getSelection()
  selection?.removeAllRanges()
  selection?.addRange(range)
}

function textOf(segment: HTMLElement): Node | null {
  return [...segment.childNodes].find((node) => node.textContent === segment.textContent) ?? null
}

describe('the notes of a lesson', () => {
  it('begin with selected words', async () => {
    await renderPage()
    select(textOf(await screen.findByText('Good morning, everyone.')), 6, 9)

    const bar = within(await screen.findByRole('toolbar', { name: 'Selected words' }))
    await userEvent.click(bar.getByRole('button', { name: 'Highlight in Green' }))

    await waitFor(() =>
      expect(notes[0]).toMatchObject({
        colour: 'green',
        quote: 'morning,',
        author: 'Ada',
        stretch: { first_segment: 0, first_word: 1, last_segment: 0, last_word: 1 },
      }),
    )
    expect(await screen.findByRole('radio', { name: '1 note' })).toBeInTheDocument()
    expect(screen.queryByRole('toolbar')).toBeNull()
  })

  it('are written to a segment by the keyboard alone', async () => {
    await renderPage()
    ;(await screen.findByText('Let us begin.')).focus()
    await userEvent.keyboard('n')

    const card = within(await screen.findByRole('dialog', { name: 'Note' }))
    await userEvent.type(card.getByRole('textbox', { name: 'Note' }), 'At last.')
    await userEvent.click(card.getByRole('button', { name: 'Save' }))

    await waitFor(() =>
      expect(notes[0]).toMatchObject({ quote: 'Let us begin.', text: 'At last.' }),
    )
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Note' })).toBeNull())
    expect(screen.getByText('Let us begin.', { selector: '[data-segment]' })).toHaveFocus()
  })

  it('are listed beside the text, and lead to their moment', async () => {
    notes = [
      aNote({ start: 3, quote: 'Let us begin.', text: 'At last.' }),
      aNote({ id: 6, start: 4, quote: 'lost words', stretch: null }),
    ]
    await renderPage()
    await userEvent.click(await screen.findByRole('radio', { name: '2 notes' }))

    const list = within(screen.getByRole('region', { name: 'Notes on this lesson' }))
    expect(list.getByText('At last.')).toBeInTheDocument()
    expect(list.getByText('These words are no longer in the transcript.')).toBeInTheDocument()

    await userEvent.click(list.getByRole('button', { name: /Go to 0:03/ }))
    expect(document.querySelector('video')?.currentTime).toBe(3)
  })

  it('are removed at once, and come back to their matches', async () => {
    const first = aNote({ start: 0, text: 'First.' })
    notes = [first, aNote({ id: 6, start: 3, text: 'Second.' })]
    server.on('DELETE /api/v1/notes/5', () => {
      notes = notes.filter(({ id }) => id !== 5)
      return new Response(null, { status: 204 })
    })
    server.on('POST /api/v1/notes/5/restore', () => Response.json(first))
    const page = defineComponent(() => () => [h(LessonPage, { lessonId: 1 }), h(Toaster)])
    await renderInPages(page, { address: '/lessons/1' })
    await userEvent.click(await screen.findByRole('radio', { name: '2 notes' }))
    const list = within(screen.getByRole('region', { name: 'Notes on this lesson' }))

    const [remove] = list.getAllByRole('button', { name: 'Delete note' })
    await userEvent.click(remove as HTMLElement)
    await waitFor(() => expect(list.queryByText('First.')).not.toBeInTheDocument())
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))

    await list.findByText('First.')
    expect(list.getAllByText(/First|Second/).map((text) => text.textContent)).toEqual([
      'First.',
      'Second.',
    ])
  })

  it('come back to the list that is shown by then', async () => {
    notes = [aNote({ text: 'First.' })]
    let listed: NotePublic[] = []
    server.on('GET /api/v1/notes', () => Response.json({ items: listed, next_cursor: null }))
    server.on('DELETE /api/v1/notes/5', () => new Response(null, { status: 204 }))
    server.on('POST /api/v1/notes/5/restore', () => {
      listed = notes
      return Response.json(notes[0])
    })
    const isElsewhere = ref(false)
    const page = defineComponent(() => () => [
      isElsewhere.value ? h(NotesView) : h(LessonPage, { lessonId: 1 }),
      h(Toaster),
    ])
    await renderInPages(page, { address: '/lessons/1' })
    await userEvent.click(await screen.findByRole('radio', { name: '1 note' }))
    await userEvent.click(screen.getByRole('button', { name: 'Delete note' }))
    const undo = await screen.findByRole('button', { name: 'Undo' })

    isElsewhere.value = true
    await screen.findByRole('heading', { name: 'No notes yet' })
    await userEvent.click(undo)

    expect(await screen.findByText('First.')).toBeVisible()
  })

  it('are not made where the text has changed meanwhile', async () => {
    server.on('POST /api/v1/lessons/1/notes', () => problem(412, 'conflict', { present: {} }))
    const { pinia } = await renderPage()
    ;(await screen.findByText('Let us begin.')).focus()
    await userEvent.keyboard('h')

    await waitFor(() =>
      expect(JSON.stringify(pinia.state.value)).toContain('Select the words again'),
    )
  })
})
