import userEvent from '@testing-library/user-event'
import { fireEvent, screen } from '@testing-library/vue'
import { defineComponent, h, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import { providePlayer, usePlayer, type Player } from '../player/usePlayer'
import { LessonText } from '../transcript/LessonText'
import TimeStrip from './TimeStrip.vue'

const text = new LessonText([{ start: 10, end: 40, text: 'Good morning.', flags: ['repetition'] }])

async function renderStrip(): Promise<Player> {
  const given: Player[] = []
  const component = defineComponent(() => {
    const player = usePlayer(ref(100))
    providePlayer(player)
    given.push(player)
    return () => h(TimeStrip, { text, hits: [] })
  })
  await renderInPages(component)
  const [player] = given
  if (player === undefined) throw new Error('it was not set up')
  return player
}

describe('TimeStrip', () => {
  it('says where one is, and goes elsewhere by keys', async () => {
    const player = await renderStrip()
    const strip = screen.getByRole('slider', { name: 'Position in the recording' })
    expect(strip).toHaveAttribute('aria-valuetext', '0:00 of 1:40')

    strip.focus()
    await userEvent.keyboard('{ArrowRight}{PageUp}{ArrowLeft}')
    expect(player.time.value).toBe(60)
    expect(strip).toHaveAttribute('aria-valuetext', '1:00 of 1:40')

    await userEvent.keyboard('{End}')
    expect(player.time.value).toBe(100)
    await userEvent.keyboard('{Home}')
    expect(player.time.value).toBe(0)
  })

  it('goes where it is pressed, and says what is said there', async () => {
    const player = await renderStrip()
    const strip = screen.getByRole('slider')
    strip.getBoundingClientRect = () => new DOMRect(0, 0, 200, 40)

    await fireEvent(strip, new MouseEvent('pointermove', { clientX: 60 }))
    expect(screen.getByText('Good morning.')).toBeVisible()
    await fireEvent(strip, new MouseEvent('pointerdown', { clientX: 60, button: 0 }))

    expect(player.time.value).toBe(30)
  })
})
