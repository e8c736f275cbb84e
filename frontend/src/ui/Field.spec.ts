import { screen } from '@testing-library/vue'
import { h } from 'vue'
import { describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import Field from './Field.vue'

const slots = { default: ({ field }: { field: object }) => h('input', field) }

describe('Field', () => {
  it('names its control, and describes it', async () => {
    await renderInPages(Field, { props: { label: 'API key', hint: 'It is never shown.' }, slots })

    const control = screen.getByLabelText('API key')
    expect(control).toHaveAccessibleDescription('It is never shown.')
    expect(control).toBeValid()
  })

  it('says what is wrong, at once and at the control', async () => {
    const { rerender } = await renderInPages(Field, { props: { label: 'API key' }, slots })

    await rerender({ error: 'The key is too short.' })

    expect(screen.getByRole('alert')).toHaveTextContent('The key is too short.')
    expect(screen.getByLabelText('API key')).toHaveAccessibleDescription('The key is too short.')
    expect(screen.getByLabelText('API key')).toBeInvalid()
  })
})
