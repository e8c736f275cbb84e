import userEvent from '@testing-library/user-event'
import { fireEvent } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { useReaderScroll } from './useReaderScroll'

const open = async () => (await compose(useReaderScroll)).given

describe('The text follows what is said', () => {
  it('until the reader scrolls, by whatever people scroll with', async () => {
    for (const name of ['wheel', 'touchmove']) {
      const isFollowing = await open()
      expect(isFollowing.value).toBe(true)
      await fireEvent(window, new Event(name))
      expect(isFollowing.value).toBe(false)
    }
    const byKey = await open()
    await userEvent.keyboard('{PageDown}')
    expect(byKey.value).toBe(false)
    const byBar = await open()
    await fireEvent(document.documentElement, new Event('pointerdown', { bubbles: true }))
    expect(byBar.value).toBe(false)
  })

  it('while keys move something else, and something else is pressed', async () => {
    const isFollowing = await open()
    document.body.insertAdjacentHTML('beforeend', '<input><p role="slider" tabindex="0"></p>')
    for (const control of document.querySelectorAll<HTMLElement>('input, [role=slider]')) {
      control.focus()
      await userEvent.keyboard('{End}{ArrowDown}')
      await fireEvent(control, new Event('pointerdown', { bubbles: true }))
    }
    await userEvent.keyboard('k')

    expect(isFollowing.value).toBe(true)
  })
})
