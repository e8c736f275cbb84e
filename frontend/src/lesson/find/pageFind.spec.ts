import userEvent from '@testing-library/user-event'
import { waitFor } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { compose } from '@/testing/compose'
import { aPane, aPlayer, aText } from '@/testing/player'
import type { LessonText } from '../transcript/LessonText'
import { usePageFind } from './usePageFind'

async function openPage(text: LessonText | null = aText()) {
  const { pane, shown } = aPane()
  const showTranscript = vi.fn()
  const { given } = await compose(() => {
    const player = aPlayer()
    return {
      player,
      ...usePageFind({ text: shallowRef(text), player, pane: shown, showTranscript }),
    }
  })
  return { find: given, pane, showTranscript }
}

describe('Finding on a lesson’s page', () => {
  it('opens by the browser’s key, in the transcript, and goes to what is found', async () => {
    const { find, pane, showTranscript } = await openPage()
    await userEvent.keyboard('{Control>}f{/Control}')
    expect([find.isOpen.value, find.nAsked.value]).toEqual([true, 1])
    expect(showTranscript).toHaveBeenCalledOnce()

    find.wanted.value = 'light'

    await waitFor(() => expect(pane.reveal).toHaveBeenLastCalledWith(1, 0))
    find.step(1)
    await nextTick()
    expect(pane.reveal).toHaveBeenLastCalledWith(2, 3)
  })

  it('begins where one reads', async () => {
    const { find, pane } = await openPage()
    find.player.time.value = 11
    find.open()
    find.wanted.value = 'light'

    await waitFor(() => expect(pane.reveal).toHaveBeenLastCalledWith(2, 3))
  })

  it('leaves whoever closes it at what was found, or where one was', async () => {
    const { find, pane } = await openPage()
    find.open()
    find.close()
    expect(pane.enter).toHaveBeenCalledOnce()

    find.open()
    find.wanted.value = 'prism'
    await waitFor(() => expect(find.hit.value).not.toBeNull())
    find.close()
    expect(pane.focusSegment).toHaveBeenCalledWith(2)
    expect(find.isOpen.value).toBe(false)
  })

  it('leaves the key to the browser where there is no text, or in its own field', async () => {
    const { find } = await openPage(null)
    await userEvent.keyboard('{Control>}f{/Control}')
    expect(find.isOpen.value).toBe(false)

    const other = await openPage()
    const search = document.body.appendChild(document.createElement('form'))
    search.setAttribute('role', 'search')
    search.append(document.createElement('input'))
    search.querySelector('input')?.focus()
    await userEvent.keyboard('{Control>}f{/Control}')
    expect(other.find.isOpen.value).toBe(false)
  })
})
