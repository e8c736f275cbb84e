import { describe, expect, it } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { compose } from '@/testing/compose'
import { aPane, aPlayer, aText } from '@/testing/player'
import { useMomentInAddress, useSecondInAddress } from './useMomentInAddress'

async function openPage(address: string) {
  const { pane } = aPane()
  const shown = shallowRef<typeof pane | null>(null)
  const { given, router } = await compose(
    () => {
      const player = aPlayer()
      useMomentInAddress({ player, text: shallowRef(aText()), pane: shown })
      return { player, second: useSecondInAddress() }
    },
    { address },
  )
  return { ...given, router, pane, shown }
}

describe('The moment in a lesson’s address', () => {
  it('is arrived at once, as soon as the text is there', async () => {
    const { pane, shown } = await openPage('/lessons/1?t=6.5')
    expect(pane.arrive).not.toHaveBeenCalled()

    shown.value = pane
    await nextTick()
    shown.value = null
    await nextTick()
    shown.value = pane
    await nextTick()

    expect(pane.arrive.mock.calls).toEqual([[1]])
  })

  it('is gone to when it is another one', async () => {
    const { player, router } = await openPage('/lessons/1?t=6.5')
    await router.push('/lessons/1?t=12')
    expect(player.time.value).toBe(12)

    await router.push('/lessons/1')
    expect(player.time.value).toBe(12)
  })

  it('is none of another page’s', async () => {
    const { player, router } = await openPage('/lessons/1')
    await router.push('/search?t=12')

    expect([player.time.value, player.jumps.value]).toEqual([0, 0])
  })

  it('is none where it is no time', async () => {
    for (const t of ['x', '-3', 'Infinity']) {
      const { second } = await openPage(`/lessons/1?t=${t}`)
      expect([t, second()]).toEqual([t, null])
    }
  })
})
