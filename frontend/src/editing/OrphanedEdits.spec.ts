import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'
import type { EditPublic } from '@/api/edits'
import { anEdit, anEditing } from '@/testing/editing'
import { renderInPages } from '@/testing/render'
import OrphanedEdits from './OrphanedEdits.vue'

describe('Edits that have lost their place', () => {
  it('are shown with the words that were heard, and one can go there', async () => {
    const orphans = shallowRef<EditPublic[]>([anEdit()])
    const { emitted } = await renderInPages(OrphanedEdits, {
      props: { editing: anEditing({ orphans }) },
    })
    await userEvent.click(screen.getByRole('button'))

    expect(await screen.findByText('Newton')).toBeVisible()
    expect(screen.getByText(/new ton/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: /Go to the passage/ }))

    expect(emitted('jump')).toEqual([[65]])
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument())
  })

  it('stay until somebody says that they are settled', async () => {
    const orphans = shallowRef<EditPublic[]>([anEdit()])
    const dismiss = vi.fn(() => (orphans.value = []))
    await renderInPages(OrphanedEdits, { props: { editing: anEditing({ orphans, dismiss }) } })
    await userEvent.click(screen.getByRole('button'))

    await userEvent.click(await screen.findByRole('button', { name: 'Discard' }))

    expect(dismiss).toHaveBeenCalledWith(anEdit())
  })

  it('are not spoken of where there are none', async () => {
    await renderInPages(OrphanedEdits, { props: { editing: anEditing() } })

    expect(screen.queryByRole('button')).not.toBeInTheDocument()
  })
})
