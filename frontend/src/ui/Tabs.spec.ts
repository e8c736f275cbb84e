import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { defineComponent, h, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import Tabs from './Tabs.vue'

const Sample = defineComponent(() => {
  const chosen = ref('summary')
  return () =>
    h(
      Tabs,
      {
        modelValue: chosen.value,
        'onUpdate:modelValue': (name: string) => (chosen.value = name),
        label: 'Texts',
        tabs: [
          { name: 'summary', label: 'Summary' },
          { name: 'notes', label: 'Notes' },
        ],
      },
      { summary: () => 'In short.', notes: () => 'None yet.' },
    )
})

describe('Tabs', () => {
  it('shows one panel, and the next one with an arrow', async () => {
    await renderInPages(Sample)
    const user = userEvent.setup()
    expect(screen.getByRole('tabpanel', { name: 'Summary' })).toHaveTextContent('In short.')

    await user.tab()
    await user.keyboard('{ArrowRight}')

    expect(screen.getByRole('tab', { name: 'Notes', selected: true })).toHaveFocus()
    expect(screen.getByRole('tabpanel', { name: 'Notes' })).toHaveTextContent('None yet.')
  })
})
