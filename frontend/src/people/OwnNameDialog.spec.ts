import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import PagesSection from '@/settings/PagesSection.vue'
import { renderInPages } from '@/testing/render'
import { useOwnName } from './ownName'
import OwnNameDialog from './OwnNameDialog.vue'

describe('the name of who edits', () => {
  it('is asked for once, and kept', async () => {
    const { pinia } = await renderInPages(OwnNameDialog)
    const asked = useOwnName(pinia).ask()
    const field = await screen.findByRole('textbox', { name: 'Name' })

    await userEvent.click(screen.getByRole('button', { name: 'Continue' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('A name is needed.')
    await userEvent.type(field, ' Ada {Enter}')

    expect(await asked).toBe('Ada')
    expect(await useOwnName(pinia).ask()).toBe('Ada')
    await waitFor(() => expect(localStorage.getItem('lectern.name')).toBe('Ada'))
  })

  it('need not be given', async () => {
    const { pinia } = await renderInPages(OwnNameDialog)
    const asked = useOwnName(pinia).ask()
    await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }))

    expect(await asked).toBeNull()
  })

  it('can be changed in the settings', async () => {
    localStorage.setItem('lectern.name', 'Ada')
    const { pinia } = await renderInPages(PagesSection)
    const field = screen.getByRole('textbox', { name: 'Name' })
    expect(field).toHaveValue('Ada')

    await userEvent.clear(field)
    await userEvent.type(field, 'Grace{Tab}')

    expect(useOwnName(pinia).name).toBe('Grace')
  })
})
