import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { renderInPages } from '@/testing/render'
import Button from './Button.vue'

describe('Button', () => {
  it('does what it says when it is pressed, with the mouse or the keyboard', async () => {
    const onClick = vi.fn()
    await renderInPages(Button, { props: { onClick }, slots: { default: 'Save' } })
    const user = userEvent.setup()

    await user.click(screen.getByRole('button', { name: 'Save' }))
    await user.keyboard('{Enter}')

    expect(onClick).toHaveBeenCalledTimes(2)
  })

  it('keeps its place in the tab order while it is busy, and does nothing', async () => {
    const onClick = vi.fn()
    await renderInPages(Button, { props: { onClick, busy: true }, slots: { default: 'Save' } })
    const user = userEvent.setup()

    await user.tab()
    await user.keyboard('{Enter}')

    expect(screen.getByRole('button', { name: 'Save', busy: true })).toHaveFocus()
    expect(onClick).not.toHaveBeenCalled()
  })

  it('is a link where it leads to a page', async () => {
    await renderInPages(Button, { props: { to: '/notes' }, slots: { default: 'Notes' } })

    expect(screen.getByRole('link', { name: 'Notes' })).toHaveAttribute('href', '/notes')
  })
})
