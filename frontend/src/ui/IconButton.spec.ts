import { Repeat } from '@lucide/vue'
import { screen } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import IconButton from './IconButton.vue'

describe('IconButton', () => {
  it('has a name, and says whether it is on', async () => {
    const { rerender } = await renderInPages(IconButton, {
      props: { icon: Repeat, label: 'Loop', pressed: false },
    })
    expect(screen.getByRole('button', { name: 'Loop', pressed: false })).toBeVisible()

    await rerender({ pressed: true })
    expect(screen.getByRole('button', { name: 'Loop', pressed: true })).toBeVisible()
  })

  it('is no switch where it has no state', async () => {
    await renderInPages(IconButton, { props: { icon: Repeat, label: 'Play' } })

    expect(screen.getByRole('button', { name: 'Play' })).not.toHaveAttribute('aria-pressed')
  })
})
