import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { defineComponent, h, ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { renderInPages } from '@/testing/render'
import Button from './Button.vue'
import Menu from './Menu.vue'
import MenuChoice from './MenuChoice.vue'
import MenuItem from './MenuItem.vue'

const onSelect = vi.fn()
const chosen = ref('a')
const Sample = defineComponent(() => () => {
  const slots = {
    trigger: () => h(Button, () => 'More'),
    default: () => [
      h(MenuItem, { onSelect }, () => 'Delete'),
      h(MenuChoice, {
        modelValue: chosen.value,
        'onUpdate:modelValue': (value: string) => (chosen.value = value),
        label: 'Letters',
        choices: [
          { value: 'a', label: 'Ay' },
          { value: 'b', label: 'Bee' },
        ],
      }),
    ],
  }
  return h(Menu, { label: 'Actions' }, slots)
})

describe('Menu', () => {
  it('opens, is walked and chosen from by keyboard, and gives the focus back', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()

    await user.tab()
    await user.keyboard('{Enter}')
    expect(await screen.findByRole('menu')).toBeVisible()
    await user.keyboard('{Enter}')

    expect(onSelect).toHaveBeenCalledOnce()
    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'More' })).toHaveFocus()
  })

  it('shows which one is chosen, and takes another', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()

    await user.click(screen.getByRole('button', { name: 'More' }))
    expect(await screen.findByRole('menuitemradio', { name: 'Ay' })).toBeChecked()
    await user.click(screen.getByRole('menuitemradio', { name: 'Bee' }))

    expect(chosen.value).toBe('b')
  })

  it('closes with Escape', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()

    await user.click(screen.getByRole('button', { name: 'More' }))
    await user.keyboard('{Escape}')

    expect(screen.queryByRole('menu')).not.toBeInTheDocument()
  })
})
