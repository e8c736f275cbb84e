import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { compose } from '@/testing/compose'
import { aPlayer, aText } from '@/testing/player'
import { useLoop } from '../useLoop'

function openPlayer() {
  return compose(() => {
    const player = aPlayer()
    return { player, isLooping: useLoop(player, shallowRef(aText())) }
  })
}

beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue()
})

describe('The player', () => {
  it('goes to no place before the beginning or behind the end', async () => {
    const { player } = (await openPlayer()).given
    player.seek(-5)
    expect(player.time.value).toBe(0)
    player.seek(99)
    expect([player.time.value, player.element.currentTime]).toEqual([60, 60])
  })

  it('plays as fast as somebody chose, in the next lesson, too', async () => {
    const { player } = (await openPlayer()).given
    for (let n = 0; n < 20; n += 1) player.changeRate(1)
    expect(player.rate.value).toBe(3)
    await nextTick()
    expect(player.element.playbackRate).toBe(3)

    const next = (await openPlayer()).given.player
    next.element.dispatchEvent(new Event('loadedmetadata'))
    expect(next.element.playbackRate).toBe(3)
    for (let n = 0; n < 20; n += 1) next.changeRate(-1)
    expect(next.rate.value).toBe(0.5)
  })

  it('is not broken by a browser that will not play before somebody presses', async () => {
    const { player } = (await openPlayer()).given
    vi.mocked(player.element.play).mockRejectedValue(new DOMException('', 'NotAllowedError'))

    await expect(player.play()).resolves.toBeUndefined()

    vi.mocked(player.element.play).mockRejectedValue(new TypeError('x'))
    await expect(player.play()).rejects.toThrow(TypeError)
  })

  it('says that a recording cannot be played, until another one is there', async () => {
    const { player } = (await openPlayer()).given
    player.element.dispatchEvent(new Event('error'))
    expect(player.hasFailed.value).toBe(true)

    player.element.dispatchEvent(new Event('loadedmetadata'))
    expect(player.hasFailed.value).toBe(false)
  })
})

describe('The loop', () => {
  it('plays the sentence that is said again and again', async () => {
    const { player, isLooping } = (await openPlayer()).given
    player.seek(6)
    isLooping.value = true
    await nextTick()
    expect(player.loop.value).toEqual({ start: 5, end: 9 })

    player.element.currentTime = 9.1
    player.element.dispatchEvent(new Event('seeked'))
    expect(player.time.value).toBe(5)
  })

  it('moves to the sentence that one goes to, and ends', async () => {
    const { player, isLooping } = (await openPlayer()).given
    isLooping.value = true
    await nextTick()
    player.seek(11)
    await nextTick()
    expect(player.loop.value).toEqual({ start: 10, end: 14 })

    isLooping.value = false
    await nextTick()
    expect(player.loop.value).toBeNull()
  })
})
