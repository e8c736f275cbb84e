import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import type { Places } from '@/api/edits'
import type { Editing } from '@/editing/useEditing'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem } from '@/testing/server'
import { useToasts } from '@/ui/toasts'
import ReplaceDialog from './ReplaceDialog.vue'
import { changesOf, placesOf } from './replacing'

const PLACES: Places = {
  n_places: 3,
  items: [
    {
      segment: 0,
      start: 4,
      end: 9,
      version: 'a',
      pieces: [
        { text: 'A ', new_text: null },
        { text: 'prison', new_text: 'prism' },
        { text: ', a ', new_text: null },
        { text: 'prison', new_text: 'prism' },
      ],
    },
    {
      segment: 7,
      start: 65,
      end: 70,
      version: 'b',
      pieces: [{ text: 'Prison', new_text: 'Prism' }],
    },
  ],
}
const WRITTEN = {
  items: [{ segment: 0, start: 4, end: 9, version: 'c', text: 'A prism, a prism', edit: 11 }],
}

async function openDialog() {
  const isOpen = ref(false)
  const takeWritten = vi.fn()
  const editing = { settle: () => Promise.resolve(), takeWritten } as unknown as Editing
  const rendered = await renderInPages(
    defineComponent(
      () => () =>
        h(ReplaceDialog, {
          open: isOpen.value,
          'onUpdate:open': (open: boolean) => (isOpen.value = open),
          lessonId: 1,
          words: 'prison',
          editing,
        }),
    ),
  )
  isOpen.value = true
  await userEvent.type(await screen.findByLabelText('Replace with'), 'prism')
  return { ...rendered, takeWritten }
}

/** It can be pressed once what would be done is what is shown. */
async function pressReplace(name: string): Promise<void> {
  await waitFor(() => expect(screen.getByRole('button', { name })).toBeEnabled())
  await userEvent.click(screen.getByRole('button', { name }))
}

describe('places', () => {
  it('can each be left out', () => {
    const places = placesOf(PLACES)
    expect(places.map(({ before, found, newText }) => [before, found, newText])).toEqual([
      ['A ', 'prison', 'prism'],
      ['A prison, a ', 'prison', 'prism'],
      ['', 'Prison', 'Prism'],
    ])

    const leftOut = new Set([places[1]?.key ?? '', places[2]?.key ?? ''])
    expect(changesOf(PLACES, leftOut)).toEqual([
      { segment: 0, version: 'a', text: 'A prism, a prison' },
    ])
  })
})

describe('ReplaceDialog', () => {
  it('shows each place, replaces those that are chosen at once, and undoes them at once', async () => {
    const server = fakeServer({
      'GET /api/v1/lessons/1/replacements': PLACES,
      'POST /api/v1/lessons/1/edits/undo': WRITTEN,
    })
    const sent: unknown[] = []
    server.on('PATCH /api/v1/lessons/1/segments', async (request) => {
      sent.push(await request.json())
      return Response.json(WRITTEN)
    })
    const { pinia, takeWritten } = await openDialog()
    expect(await screen.findByLabelText('Replace with')).toHaveFocus()
    await userEvent.click(await screen.findByRole('checkbox', { name: /1:05/ }))
    await pressReplace('Replace 2 matches')

    await vi.waitFor(() => expect(takeWritten).toHaveBeenCalledWith(WRITTEN.items))
    expect(sent).toMatchObject([
      { segments: [{ segment: 0, version: 'a', text: 'A prism, a prism' }] },
    ])

    useToasts(pinia).toasts.at(-1)?.action?.run()
    await vi.waitFor(() => expect(takeWritten).toHaveBeenCalledTimes(2))
  })

  it('does nothing before it is shown, and keeps what was left out while words are typed', async () => {
    fakeServer({ 'GET /api/v1/lessons/1/replacements': PLACES })
    await openDialog()
    await userEvent.click(await screen.findByRole('checkbox', { name: /1:05/ }))
    const button = screen.getByRole('button', { name: 'Replace 2 matches' })
    await waitFor(() => expect(button).toBeEnabled())

    await userEvent.type(screen.getByLabelText('Replace with'), 's')
    expect(button).toBeDisabled()

    await waitFor(() => expect(button).toBeEnabled())
    expect(screen.getByRole('checkbox', { name: /1:05/ })).not.toBeChecked()
  })

  it('shows the places anew where somebody else was quicker, and writes nothing', async () => {
    const server = fakeServer({ 'GET /api/v1/lessons/1/replacements': PLACES })
    server.on('PATCH /api/v1/lessons/1/segments', () =>
      problem(412, 'conflict', { present: { segments: [] } }),
    )
    const { takeWritten } = await openDialog()
    await pressReplace('Replace 3 matches')

    expect(
      await screen.findByText(/changed in the meantime, so nothing was replaced/),
    ).toBeVisible()
    expect(takeWritten).not.toHaveBeenCalled()
  })
})
