import userEvent from '@testing-library/user-event'
import { screen, waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import PagesSection from '@/settings/PagesSection.vue'
import { renderInPages } from '@/testing/render'
import { useOwnName } from './ownName'

describe('the name of who edits', () => {
  it('need not be given, and can be given and changed in the settings', async () => {
    const { pinia } = await renderInPages(PagesSection)
    expect(useOwnName(pinia).name).toBe('')

    const field = screen.getByRole('textbox', { name: 'Name' })
    await userEvent.type(field, ' Ada {Tab}')
    expect(useOwnName(pinia).name).toBe('Ada')
    await userEvent.clear(field)
    await userEvent.type(field, 'Grace{Tab}')

    await waitFor(() => expect(localStorage.getItem('lectern.name')).toBe('Grace'))
  })
})
