import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { HitPublic, ReadAsPublic } from '@/api/search'
import AppShell from '@/shell/AppShell.vue'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { renderInPages } from '@/testing/render'
import { fakeServer, type FakeServer } from '@/testing/server'
import SearchView from './SearchView.vue'

let server: FakeServer

class NoIntersections {
  observe(): void {}
  disconnect(): void {}
}

function aHit(more: Partial<HitPublic> = {}): HitPublic {
  return {
    lesson_id: 1,
    lesson_title: 'Enzymes',
    has_recording: true,
    lesson_date: '2026-11-12T09:00:00Z',
    course_id: 2,
    theme_id: null,
    part: 'segment',
    segment: 4,
    start: 65.4,
    snippet: [
      { text: 'It lowers the ', is_match: false },
      { text: 'energy', is_match: true },
      { text: ' that is needed.', is_match: false },
    ],
    ...more,
  }
}

function answer(
  items: HitPublic[],
  next_cursor: string | null = null,
  read_as: ReadAsPublic[] = [],
) {
  const total = items.length
  return Response.json({ items, total, is_total_exact: true, next_cursor, read_as })
}

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', NoIntersections)
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue()
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockReturnValue()
  server = fakeServer({
    'GET /healthz': { status: 'ok' },
    'GET /api/v1/courses': { items: [{ id: 2, title: 'Biology', n_lessons: 1, n_themes: 0 }] },
    'GET /api/v1/courses/2/themes': { items: [] },
    'GET /api/v1/tasks': { items: [], next_cursor: null },
    'GET /api/v1/lessons': { items: [], next_cursor: null },
  })
  server.on('GET /api/v1/search', () => answer([aHit()]))
})

function searches(): URL[] {
  return server.requests
    .filter((request) => request.startsWith('GET /api/v1/search'))
    .map((request) => new URL(request.slice('GET '.length), location.origin))
}

describe('SearchView', () => {
  it('finds what is typed, and keeps it in the address', async () => {
    const { router } = await renderInPages(SearchView, { address: '/search' })
    expect(screen.getByRole('heading', { name: 'Search all lessons' })).toBeVisible()

    await userEvent.type(screen.getByRole('searchbox'), 'energy')

    const link = await screen.findByRole('link', {
      name: '1:05 It lowers the energy that is needed.',
    })
    expect(link).toHaveAttribute('href', '/lessons/1?t=65.4')
    expect(screen.getByText('energy', { selector: 'mark' })).toBeVisible()
    expect(screen.getByText('1 passage found')).toBeVisible()
    await waitFor(() => expect(router.currentRoute.value.query).toEqual({ q: 'energy' }))
    expect(searches().at(-1)?.searchParams.get('typing')).toBe('true')
  })

  it('does not ask for every letter', async () => {
    await renderInPages(SearchView, { address: '/search' })

    await userEvent.type(screen.getByRole('searchbox'), 'energy', { delay: null })
    await screen.findByText('1 passage found')

    expect(searches()).toHaveLength(1)
  })

  it('never lets an older answer take the place of a newer one', async () => {
    let finishFirst: () => void = () => {}
    server.on('GET /api/v1/search', async (request) => {
      if (!request.url.includes('q=one')) return answer([aHit({ lesson_title: 'The newer' })])
      await new Promise<void>((resolve) => (finishFirst = resolve))
      return answer([aHit({ lesson_title: 'The older' })])
    })
    const { router } = await renderInPages(SearchView, { address: '/search?q=one' })

    await router.replace('/search?q=two')
    expect(await screen.findByText('The newer')).toBeVisible()
    finishFirst()
    await new Promise((resolve) => setTimeout(resolve)) // by then it has been read

    expect(screen.queryByText('The older')).not.toBeInTheDocument()
  })

  it('groups what was found by its lessons, and folds what is much', async () => {
    const many = [1, 2, 3, 4, 5, 6].map((n) => aHit({ start: n * 60, segment: n }))
    const title = [
      { text: 'Sources of ', is_match: false },
      { text: 'energy', is_match: true },
    ]
    const other = { lesson_id: 2, lesson_title: 'Sources of energy', course_id: null }
    server.on('GET /api/v1/search', () =>
      answer([
        ...many,
        aHit({ ...other, part: 'title', start: null, segment: null, snippet: title }),
      ]),
    )
    await renderInPages(SearchView, { address: '/search?q=energy' })

    const group = within(await screen.findByRole('article', { name: 'Enzymes' }))
    expect(await group.findByText('Biology · November 12, 2026')).toBeVisible()
    expect(group.getAllByRole('listitem')).toHaveLength(4)
    await userEvent.click(group.getByRole('button', { name: '2 more in this lesson' }))
    expect(group.getAllByRole('listitem')).toHaveLength(6)

    const ofTitle = within(screen.getByRole('article', { name: 'Sources of energy' }))
    expect(ofTitle.getByText('energy', { selector: 'mark' })).toBeVisible()
    expect(ofTitle.queryByRole('listitem')).not.toBeInTheDocument()
  })

  it('narrows the search', async () => {
    const { router } = await renderInPages(SearchView, { address: '/search?q=energy' })
    await screen.findByText('1 passage found')

    await userEvent.click(screen.getByRole('button', { name: 'Filter results' }))
    await userEvent.selectOptions(screen.getByLabelText('Course'), 'Biology')

    expect(await screen.findByRole('button', { name: /active filters: 1/ })).toBeVisible()
    await waitFor(() =>
      expect(router.currentRoute.value.query).toEqual({ q: 'energy', course: '2' }),
    )
    expect(searches().at(-1)?.searchParams.getAll('course_id')).toEqual(['2'])
  })

  it('says how to find more where nothing was found', async () => {
    server.on('GET /api/v1/search', () => answer([]))
    await renderInPages(SearchView, { address: '/search?q=xyzzy' })

    expect(await screen.findByRole('heading', { name: 'No results' })).toBeVisible()
    expect(screen.getByText(/Try fewer words/)).toBeVisible()
  })

  it('says which words it shows for one that finds nothing, and lets one insist on it', async () => {
    server.on('GET /api/v1/search', (request) =>
      new URL(request.url).searchParams.get('q')?.includes('"')
        ? answer([])
        : answer([aHit()], null, [{ typed: 'enrgy', found: ['energy', 'Energie'] }]),
    )
    const { router } = await renderInPages(SearchView, { address: '/search?q=enrgy+low&course=2' })

    const said = 'No results for “enrgy”. Showing results for “energy” or “Energie”.'
    expect(await screen.findByText(said)).toBeVisible()
    await userEvent.click(screen.getByRole('link', { name: 'Search for “enrgy” instead' }))

    expect(await screen.findByRole('heading', { name: 'No results' })).toBeVisible()
    expect(screen.queryByText(said)).not.toBeInTheDocument()
    expect(screen.getByRole('searchbox')).toHaveValue('"enrgy" low')
    expect(router.currentRoute.value.query).toEqual({ q: '"enrgy" low', course: '2' })
  })

  it('shows more', async () => {
    server.on('GET /api/v1/search', (request) =>
      request.url.includes('cursor=')
        ? answer([aHit({ lesson_id: 2, lesson_title: 'Cells' })])
        : answer([aHit()], 'next'),
    )
    await renderInPages(SearchView, { address: '/search?q=energy' })

    await userEvent.click(await screen.findByRole('button', { name: 'Show more' }))

    expect(await screen.findByRole('link', { name: 'Cells' })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Enzymes' })).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument()
  })

  it('says what is wrong, and goes on by itself when the server is back', async () => {
    server.on('GET /api/v1/search', () => new Response('', { status: 502 }))
    await renderInPages(SearchView, { address: '/search?q=energy' })
    expect(await screen.findByText('The server is not responding.')).toBeVisible()

    server.on('GET /api/v1/search', () => answer([aHit()]))
    FakeEventSource.last.send('begin', {})

    expect(await screen.findByText('1 passage found')).toBeVisible()
  })

  it('plays a moment in place, one at a time, and stops', async () => {
    server.on('GET /api/v1/search', () => answer([aHit(), aHit({ start: 120 })]))
    await renderInPages(SearchView, { address: '/search?q=energy' })

    await userEvent.click(await screen.findByRole('button', { name: 'Play from 1:05' }))
    expect(HTMLMediaElement.prototype.play).toHaveBeenCalledOnce()
    await userEvent.click(screen.getByRole('button', { name: 'Play from 2:00' }))
    expect(screen.getByRole('button', { name: 'Play from 1:05' })).toBeVisible()

    await userEvent.click(screen.getByRole('button', { name: 'Stop' }))
    expect(HTMLMediaElement.prototype.pause).toHaveBeenCalled()
    expect(screen.getByRole('button', { name: 'Play from 2:00' })).toBeVisible()
  })

  it('moves from hit to hit with the arrows', async () => {
    await renderInPages(SearchView, { address: '/search?q=energy' })
    const title = await screen.findByRole('link', { name: 'Enzymes' })
    const field = screen.getByRole('searchbox')
    field.focus()

    await userEvent.keyboard('{ArrowDown}')
    expect(title).toHaveFocus()
    await userEvent.keyboard('{ArrowDown}')
    expect(screen.getByRole('link', { name: /It lowers/ })).toHaveFocus()
    await userEvent.keyboard('{ArrowUp}{ArrowUp}')
    expect(field).toHaveFocus()
  })
})

describe('the search among the pages', () => {
  it('is opened by the key /, but not by those who type one', async () => {
    const { router } = await renderInPages(AppShell)
    await screen.findByRole('heading', { level: 1, name: 'Library' })

    await userEvent.keyboard('/')

    const field = await screen.findByRole('searchbox')
    await waitFor(() => expect(field).toHaveFocus())
    await userEvent.keyboard('km/h')
    expect(field).toHaveValue('km/h')
    expect(router.currentRoute.value.name).toBe('search')
  })

  it('has its results again, and the hit that was followed, when one comes back', async () => {
    const { router } = await renderInPages(AppShell, { address: '/search?q=energy' })
    await userEvent.click(await screen.findByRole('link', { name: /It lowers/ }))
    await waitFor(() => expect(router.currentRoute.value.name).toBe('lesson'))
    const before = searches().length

    const navigation = screen.getByRole('navigation', { name: 'Pages' })
    await userEvent.click(within(navigation).getByRole('link', { name: 'Search' }))

    const hit = await screen.findByRole('link', { name: /It lowers/ })
    await waitFor(() => expect(hit).toHaveFocus())
    await waitFor(() => expect(router.currentRoute.value.query).toEqual({ q: 'energy' }))
    expect(searches()).toHaveLength(before)
  })
})
