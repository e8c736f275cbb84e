import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { fakeServer, problem } from '@/testing/server'
import { PAUSE_MS, useSearch } from './useSearch'

/** A server that finds in each lesson the words that were asked for. */
async function openSearch(address: string) {
  const server = fakeServer()
  const held: (() => void)[] = []
  const wait = { isHeld: false }
  server.on('GET /api/v1/search', async (request) => {
    const words = new URL(request.url).searchParams.get('q') ?? ''
    if (wait.isHeld) await new Promise<void>((go) => held.push(go))
    const hit = { lesson_id: 1, lesson_title: words, part: 'segment', snippet: [] }
    return Response.json({ items: [hit], total: 1, next_cursor: null, read_as: [] })
  })
  const { given: search, router } = await compose(useSearch, { address })
  const asked = () => server.requests.filter((request) => request.includes('/search?'))
  const found = () => search.groups.value[0]?.title[0]?.text
  const query = () => router.currentRoute.value.query
  return { server, search, router, asked, found, query, held, wait }
}

describe('A search', () => {
  it('is what the address asks for', async () => {
    const { search, asked, found } = await openSearch('/search?q=prism&course=2')

    await waitFor(() => expect(found()).toBe('prism'))
    expect(search.typed.value).toBe('prism')
    expect(asked()[0]).toContain('course_id=2')
  })

  it('follows what is typed after a pause, once, and so does the address', async () => {
    const { search, asked, found, query } = await openSearch('/search')
    for (const typed of ['p', 'pr', 'pri']) search.typed.value = typed

    await waitFor(() => expect(found()).toBe('pri'))
    expect(asked()).toHaveLength(1)
    await waitFor(() => expect(query()).toEqual({ q: 'pri' }))
  })

  it('shows nothing of an older question', async () => {
    const { search, found, held, wait } = await openSearch('/search?q=one')
    await waitFor(() => expect(found()).toBe('one'))
    wait.isHeld = true
    search.typed.value = 'two'
    search.askNow()
    await waitFor(() => expect(held).toHaveLength(1))
    search.typed.value = 'three'
    search.askNow()
    await waitFor(() => expect(held).toHaveLength(2))

    held.reverse().forEach((go) => go())

    await waitFor(() => expect(search.loading.value).toBeNull())
    expect(found()).toBe('three')
  })

  it('is found again by whoever comes back without one', async () => {
    const { search, router, query } = await openSearch('/search?q=prism')
    await router.push('/tasks')
    await router.push('/search')

    await waitFor(() => expect(query()).toEqual({ q: 'prism' }))
    expect(search.typed.value).toBe('prism')
  })

  it('does not touch another page’s address when somebody leaves while typing', async () => {
    const { search, router, asked } = await openSearch('/search')
    await router.push('/notes') // from now on it opens at once
    await router.push('/search')
    search.typed.value = 'prism'
    await router.push('/notes?q=mine')
    await new Promise((done) => setTimeout(done, 2 * PAUSE_MS))

    expect(router.currentRoute.value.fullPath).toBe('/notes?q=mine')
    expect(asked()).toEqual([])
  })

  it('forgets the theme where another course is chosen', async () => {
    const { search, query } = await openSearch('/search?q=prism&course=2&theme=5')
    search.narrow({ courseId: 3 })

    await waitFor(() => expect(query()).toEqual({ q: 'prism', course: '3' }))
  })

  it('takes away what answers another question where it fails, and can be tried again', async () => {
    const { server, search, found } = await openSearch('/search?q=one')
    await waitFor(() => expect(found()).toBe('one'))
    server.on('GET /api/v1/search', () => problem(500, 'unexpected'))
    search.typed.value = 'two'

    await waitFor(() => expect(search.failure.value?.code).toBe('unexpected'))
    expect(search.hasAnswer.value).toBe(false)
  })
})
