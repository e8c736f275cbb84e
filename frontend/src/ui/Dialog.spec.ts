import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { defineComponent, h, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import Button from './Button.vue'
import Dialog from './Dialog.vue'

const Sample = defineComponent(() => {
  const isOpen = ref(false)
  return () => [
    h(Button, { onClick: () => (isOpen.value = true) }, () => 'Rename'),
    h(
      Dialog,
      {
        open: isOpen.value,
        'onUpdate:open': (open: boolean) => (isOpen.value = open),
        title: 'Rename the lesson',
        description: 'Everybody sees the new name.',
      },
      () => h('input', { 'aria-label': 'Name' }),
    ),
  ]
})

describe('Dialog', () => {
  it('takes the focus, keeps it, and gives it back', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()
    await user.click(screen.getByRole('button', { name: 'Rename' }))

    const dialog = await screen.findByRole('dialog', { name: 'Rename the lesson' })
    expect(dialog).toHaveAccessibleDescription('Everybody sees the new name.')
    for (let press = 0; press < 4; press += 1) {
      await user.tab()
      expect(dialog).toContainElement(document.activeElement as HTMLElement)
    }
    await user.keyboard('{Escape}')

    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'Rename' })).toHaveFocus()
  })

  it('has a button that closes it', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()
    await user.click(screen.getByRole('button', { name: 'Rename' }))

    await user.click(screen.getByRole('button', { name: 'Close' }))

    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  })
})
