import userEvent from '@testing-library/user-event'
import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { fakeServer } from '@/testing/server'
import { SEARCH_FIELD_ID, useSearchShortcut } from './useSearchShortcut'

async function openPage() {
  fakeServer()
  const { router } = await compose(useSearchShortcut, { address: '/tasks' })
  document.body.insertAdjacentHTML('beforeend', `<input id="${SEARCH_FIELD_ID}" value="prism">`)
  return { page: () => router.currentRoute.value.name, field: document.querySelector('input') }
}

describe('The key /', () => {
  it('leads to the search field, and what stands in it can be typed over', async () => {
    const { page, field } = await openPage()
    await userEvent.keyboard('/')

    await waitFor(() => expect(field).toHaveFocus())
    expect(page()).toBe('search')
    expect([field?.selectionStart, field?.selectionEnd]).toEqual([0, 5])
    expect(field).toHaveValue('prism')
  })

  it('is a letter for those who type', async () => {
    const { page, field } = await openPage()
    field?.focus()
    await userEvent.keyboard('/')

    expect(page()).toBe('tasks')
    expect(field?.value).toContain('/')
  })

  it('does nothing while something is asked above the page', async () => {
    const { page } = await openPage()
    document.body.insertAdjacentHTML('beforeend', '<div role="dialog"></div>')
    await userEvent.keyboard('/')
    await userEvent.keyboard('{Control>}/{/Control}')

    expect(page()).toBe('tasks')
  })
})
