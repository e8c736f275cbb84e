import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import type { EditPublic } from '@/api/edits'
import { serverGone } from '@/api/failure'
import { anEdit, anEditing } from '@/testing/editing'
import { renderInPages } from '@/testing/render'
import HistoryDialog from './HistoryDialog.vue'

const EDITS = [
  anEdit({ id: 2, before: 'Newton', text: 'Isaac Newton', editor: 'Bo' }),
  anEdit({ id: 1, before: 'new ton', text: 'Newton' }),
]

async function look(read: () => Promise<EditPublic[]>, isRestored = true) {
  const lookedAt = ref<number | null>(null)
  const restore = vi.fn().mockResolvedValue(isRestored)
  const editing = anEditing({
    ...{ lookedAt, restore, readHistory: read },
    look: (position: number | null) => (lookedAt.value = position),
  })
  await renderInPages(HistoryDialog, { props: { editing } })
  lookedAt.value = 4
  return { lookedAt, restore }
}

describe('The history of a segment', () => {
  it('says who decided what, and gives back what stood before an edit', async () => {
    const { lookedAt, restore } = await look(() => Promise.resolve(EDITS))
    expect(await screen.findByText('Bo')).toBeVisible()
    expect(screen.getByText('Isaac')).toHaveProperty('tagName', 'INS')

    expect(screen.getByRole('button', { name: 'Restore this text' })).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Undo this edit' }))

    expect(restore).toHaveBeenCalledWith(4, EDITS[0])
    await waitFor(() => expect(lookedAt.value).toBeNull())
  })

  it('stays open where that did not work', async () => {
    const { lookedAt, restore } = await look(() => Promise.resolve(EDITS), false)
    await userEvent.click(await screen.findByRole('button', { name: 'Undo this edit' }))

    expect(restore).toHaveBeenCalledTimes(1)
    expect(lookedAt.value).toBe(4)
  })

  it('does not offer the machine’s words where they stand there', async () => {
    const gaveBack = anEdit({ id: 3, before: 'Isaac Newton', text: null })
    await look(() => Promise.resolve([gaveBack, ...EDITS]))
    await screen.findByText('Bo')

    expect(screen.getAllByRole('button', { name: 'Undo this edit' })).toHaveLength(2)
    expect(screen.queryByRole('button', { name: 'Restore this text' })).not.toBeInTheDocument()
  })

  it('says why it cannot be read', async () => {
    await look(() => Promise.reject(serverGone()))

    expect(await screen.findByText(/server is not responding/i)).toBeVisible()
  })
})
