import { fireEvent, screen } from '@testing-library/vue'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { renderInPages } from '@/testing/render'
import Toaster from './Toaster.vue'
import { useToasts } from './toasts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
  await nextTick()
}

describe('Toaster', () => {
  it('says what happened, and is silent again after a while', async () => {
    const { pinia } = await renderInPages(Toaster)

    useToasts(pinia).show('The lesson was saved.')
    await nextTick()
    expect(screen.getByRole('status')).toHaveTextContent('The lesson was saved.')

    await pass(5000)
    expect(screen.queryByText('The lesson was saved.')).not.toBeInTheDocument()
  })

  it('says the same once, and never more than a few things', async () => {
    const { pinia } = await renderInPages(Toaster)
    const { show } = useToasts(pinia)

    for (const text of ['one', 'two', 'one', 'three', 'four']) show(text)
    await nextTick()

    const shown = useToasts(pinia).toasts.map(({ text }) => text)
    expect(shown).toEqual(['one', 'three', 'four'])
  })

  it('undoes, once', async () => {
    const { pinia } = await renderInPages(Toaster)
    const run = vi.fn()
    useToasts(pinia).show('The lesson was removed.', { action: { label: 'Undo', run } })
    await nextTick()

    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }))

    expect(run).toHaveBeenCalledOnce()
    expect(screen.queryByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
  })

  it('waits while somebody points at it or has the focus in it', async () => {
    const { pinia } = await renderInPages(Toaster)
    useToasts(pinia).show('The lesson was removed.', {
      action: { label: 'Undo', run: () => undefined },
    })
    await nextTick()

    await fireEvent.focusIn(screen.getByRole('button', { name: 'Undo' }))
    await pass(60_000)
    expect(screen.getByRole('button', { name: 'Undo' })).toBeVisible()

    await fireEvent.focusOut(screen.getByRole('button', { name: 'Undo' }))
    await pass(10_000)
    expect(screen.queryByRole('button', { name: 'Undo' })).not.toBeInTheDocument()
  })
})
