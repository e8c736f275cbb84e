import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref, shallowRef, type Ref } from 'vue'
import type { LessonListed } from '@/api/lessons'
import { aLesson } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer } from '@/testing/server'
import ContinueListening from './ContinueListening.vue'
import { useLessonListening, type Listening } from './listening'
import MiniPlayer from './MiniPlayer.vue'

const opened: Listening[] = []

/** A lesson's page, as far as it is heard. */
const Page = defineComponent({
  props: { lessonId: { type: Number, required: true } },
  setup({ lessonId }) {
    const lesson = shallowRef<LessonListed | null>(
      aLesson({ id: lessonId, title: `Lesson ${String(lessonId)}` }),
    )
    opened.push(useLessonListening(lessonId, lesson, null))
    return () => h('p', `page ${String(lessonId)}`)
  },
})

async function renderPages(shown: Ref<number | null>) {
  const all = defineComponent(() => () => [
    shown.value === null ? null : h(Page, { key: shown.value, lessonId: shown.value }),
    h(MiniPlayer),
  ])
  return renderInPages(all)
}

const last = () => {
  const listening = opened.at(-1)
  if (listening === undefined) throw new Error('no page was opened')
  return listening
}
const mini = () => screen.queryByRole('region', { name: 'Playing' })

beforeEach(() => {
  opened.length = 0
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (
    this: HTMLMediaElement,
  ) {
    this.dispatchEvent(new Event('play'))
    return Promise.resolve()
  })
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(function (
    this: HTMLMediaElement,
  ) {
    this.dispatchEvent(new Event('pause'))
  })
})

describe('listening', () => {
  it('goes on while one looks around, and its page takes it over as it is', async () => {
    const shown = ref<number | null>(1)
    await renderPages(shown)
    await last().player.play()

    shown.value = null
    expect(await screen.findByRole('link', { name: /Lesson 1/ })).toHaveAttribute(
      'href',
      '/lessons/1',
    )
    expect(last().player.isPlaying.value).toBe(true)
    expect(last().element.isConnected).toBe(true)

    shown.value = 1
    await screen.findByText('page 1')
    expect(opened[1]).toBe(opened[0])
    expect(mini()).toBeNull()
  })

  it('ends with its page where nothing is heard', async () => {
    const shown = ref<number | null>(1)
    await renderPages(shown)

    shown.value = null
    await vi.waitFor(() => expect(last().element.hasAttribute('src')).toBe(false))
    expect(mini()).toBeNull()
  })

  it('of one lesson ends when another is played, and not when that is only opened', async () => {
    const shown = ref<number | null>(1)
    await renderPages(shown)
    await last().player.play()
    shown.value = 2
    await screen.findByText('page 2')
    expect(mini()).toBeVisible()

    await last().player.play()

    await vi.waitFor(() => expect(mini()).toBeNull())
    expect(opened[0]?.player.isPlaying.value).toBe(false)
  })

  it('can be paused and stopped from anywhere', async () => {
    const shown = ref<number | null>(1)
    await renderPages(shown)
    await last().player.play()
    shown.value = null

    await userEvent.click(await screen.findByRole('button', { name: 'Pause' }))
    expect(screen.getByRole('button', { name: 'Play' })).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Stop listening' }))

    expect(mini()).toBeNull()
  })
})

describe('ContinueListening', () => {
  it('offers the lessons that were begun, and plays from there', async () => {
    localStorage.setItem(
      'lectern.places',
      JSON.stringify([
        [1, 65],
        [2, 30],
      ]),
    )
    fakeServer({
      'GET /api/v1/lessons/1': aLesson({ id: 1, title: 'Enzymes' }),
    }).on('GET /api/v1/lessons/2', () => new Response('{}', { status: 404 }))
    await renderInPages(defineComponent(() => () => [h(ContinueListening), h(MiniPlayer)]))

    await userEvent.click(await screen.findByRole('button', { name: 'Play Enzymes from 1:05' }))

    expect(mini()).toBeVisible()
    expect(localStorage.getItem('lectern.places')).toBe('[[1,65]]')
  })
})
