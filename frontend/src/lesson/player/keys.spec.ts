import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { ref, shallowRef } from 'vue'
import { compose } from '@/testing/compose'
import { aPane, aPlayer, aText } from '@/testing/player'
import { keysOfLesson } from './keys'
import type { Listening } from './listening'
import { useLessonKeys } from './useLessonKeys'

async function openPage() {
  const { pane, shown } = aPane()
  const acts = { toggleCaptions: vi.fn(), showKeys: vi.fn() }
  const canPlay = ref(true)
  const isLooping = ref(false)
  const { given: player } = await compose(() => {
    const made = aPlayer()
    const listening = { player: made, element: made.element } as unknown as Listening
    const text = shallowRef(aText())
    useLessonKeys(keysOfLesson({ listening, text, pane: shown, canPlay, isLooping, ...acts }))
    return made
  })
  const play = vi.spyOn(player.element, 'play').mockResolvedValue()
  return { player, pane, canPlay, isLooping, play, ...acts }
}

describe('The keys of a lesson', () => {
  it('play, and do nothing where there is not a recording', async () => {
    const { play, canPlay } = await openPage()
    await userEvent.keyboard('k ')
    expect(play).toHaveBeenCalledTimes(2)

    canPlay.value = false
    await userEvent.keyboard('k ')
    expect(play).toHaveBeenCalledTimes(2)
  })

  it('go back and forth, by seconds and by sentences', async () => {
    const { player } = await openPage()
    const places = []
    for (const key of ['l', '{ArrowRight}', 'j', '{ArrowLeft}', '.', '.', '.', ',', ',', ',']) {
      await userEvent.keyboard(key)
      places.push(player.time.value)
    }

    expect(places).toEqual([10, 15, 5, 0, 1, 5, 10, 5, 1, 1])
  })

  it('change how it is played', async () => {
    const { player, isLooping } = await openPage()
    await userEvent.keyboard(']r')
    expect([player.rate.value, isLooping.value]).toEqual([1.25, true])
    await userEvent.keyboard('[[[[r')
    expect([player.rate.value, isLooping.value]).toEqual([0.75, false])
  })

  it('are of a picture only where there is one', async () => {
    const { player, toggleCaptions } = await openPage()
    await userEvent.keyboard('c')
    expect(toggleCaptions).not.toHaveBeenCalled()

    player.hasPicture.value = true
    await userEvent.keyboard('c')
    expect(toggleCaptions).toHaveBeenCalledOnce()
  })

  it('lead into the text, and to what they are', async () => {
    const { pane, showKeys } = await openPage()
    await userEvent.keyboard('t?')

    expect(pane.enter).toHaveBeenCalledOnce()
    expect(showKeys).toHaveBeenCalledOnce()
  })

  it('are letters for those who type, and a press for what has the focus', async () => {
    const { player, play } = await openPage()
    document.body.insertAdjacentHTML(
      'beforeend',
      '<input><button>x</button><div role="menu" tabindex="0"></div>',
    )
    document.querySelector('input')?.focus()
    await userEvent.keyboard('lk')
    document.querySelector('button')?.focus()
    await userEvent.keyboard(' ')
    document.querySelector<HTMLElement>('[role=menu]')?.focus()
    await userEvent.keyboard('l')
    await userEvent.keyboard('{Control>}l{/Control}')

    expect(player.time.value).toBe(0)
    expect(play).not.toHaveBeenCalled()
    expect(document.querySelector('input')).toHaveValue('lk')
  })
})
