import { ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import { renderInPages } from '@/testing/render'
import { usePlayer, type Player } from './usePlayer'
import { readPlace, useRememberedPlace } from './useRememberedPlace'

async function listen(lessonId: number, hear: (player: Player) => void): Promise<void> {
  const component = defineComponent(() => {
    const player = usePlayer(ref(100))
    useRememberedPlace(lessonId, player)
    return () => h('button', { onClick: () => hear(player) }, 'hear')
  })
  const { getByText, unmount } = await renderInPages(component)
  getByText('hear').click()
  await nextTick()
  unmount()
}

describe('the place where one stopped', () => {
  it('is remembered for each lesson', async () => {
    await listen(1, (player) => player.seek(42))
    await listen(2, (player) => player.seek(7))

    expect(readPlace(1)).toBe(42)
    expect(readPlace(2)).toBe(7)
    expect(readPlace(3)).toBe(0)
  })

  it('is forgotten once the lesson was heard', async () => {
    await listen(1, (player) => player.seek(42))
    await listen(1, (player) => player.seek(99))

    expect(readPlace(1)).toBe(0)
  })

  it('is the beginning where another program wrote what cannot be read', () => {
    localStorage.setItem('lectern.places', '{')

    expect(readPlace(1)).toBe(0)
  })
})
