import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { renderInPages } from '@/testing/render'
import SegmentedChoice from './SegmentedChoice.vue'

describe('SegmentedChoice', () => {
  it('has a name, and one of its choices is chosen', async () => {
    const onChange = vi.fn()
    const choices = [
      { value: 'a', label: 'Corrected' },
      { value: 'b', label: 'Original' },
    ]
    await renderInPages(SegmentedChoice, {
      props: { label: 'Version', choices, modelValue: 'a', 'onUpdate:modelValue': onChange },
    })
    expect(screen.getByRole('group', { name: 'Version' })).toBeVisible()
    expect(screen.getByRole('radio', { name: 'Corrected' })).toBeChecked()

    await userEvent.click(screen.getByRole('radio', { name: 'Original' }))

    expect(onChange).toHaveBeenCalledWith('b')
  })
})
