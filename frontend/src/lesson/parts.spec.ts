import { describe, expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import { compose } from '@/testing/compose'
import { useParts } from './useParts'

function onScreen(isWide: boolean): void {
  const media = { matches: isWide, addEventListener: () => null, removeEventListener: () => null }
  vi.stubGlobal('matchMedia', () => media)
}

describe('The parts of a lesson’s page', () => {
  it('are seen one at a time on a phone, and each keeps its match', async () => {
    onScreen(false)
    const scrollTo = vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
    const { given } = await compose(() => useParts(ref(2)))
    expect([given.showsTranscript.value, given.showsAside.value]).toEqual([true, false])

    vi.stubGlobal('scrollY', 700)
    given.part.value = 'notes'
    await nextTick()
    expect([given.showsTranscript.value, given.showsAside.value]).toEqual([false, true])
    expect([given.side.value, scrollTo.mock.lastCall]).toEqual(['notes', [{ top: 0 }]])

    vi.stubGlobal('scrollY', 30)
    given.showTranscript()
    await nextTick()
    expect(scrollTo).toHaveBeenLastCalledWith({ top: 700 })
    expect(given.side.value).toBe('notes')
  })

  it('stand side by side where there is room', async () => {
    onScreen(true)
    const { given } = await compose(() => useParts(ref(1)))

    expect([given.showsTranscript.value, given.showsAside.value]).toEqual([true, true])
    expect(given.asides.value.map(({ label }) => label)).toEqual(['Summary', '1 note'])
  })
})
