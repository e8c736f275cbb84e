import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { tellUnreachable } from '@/api/reachability'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { renderInPages } from '@/testing/render'
import { fakeServer } from '@/testing/server'
import AppShell from './AppShell.vue'

function serve() {
  return fakeServer({
    'GET /healthz': { status: 'ok' },
    'GET /api/v1/lessons': { items: [], next_cursor: null },
    'GET /api/v1/courses': { items: [] },
    'GET /api/v1/tasks': { items: [], next_cursor: null },
  })
}

describe('AppShell', () => {
  it('leads to every page, says which one is open, and moves the focus there', async () => {
    serve()
    await renderInPages(AppShell)
    const navigation = screen.getByRole('navigation', { name: 'Pages' })
    await screen.findByRole('heading', { level: 1, name: 'Library' })
    expect(within(navigation).getByRole('link', { current: 'page' })).toHaveTextContent('Library')

    for (const page of ['Search', 'Notes', 'Tasks', 'Settings']) {
      await userEvent.click(within(navigation).getByRole('link', { name: page }))

      const heading = await screen.findByRole('heading', { level: 1, name: page })
      const first = page === 'Search' ? screen.getByRole('searchbox') : heading
      await waitFor(() => expect(first).toHaveFocus())
      expect(document.title).toBe(`${page} – Lectern`)
      expect(within(navigation).getByRole('link', { current: 'page' })).toHaveTextContent(page)
    }
  })

  it('names the kept page again when one comes back', async () => {
    serve()
    const { router } = await renderInPages(AppShell)
    await router.push('/notes')
    await waitFor(() => expect(document.title).toBe('Notes – Lectern'))

    await router.push('/')

    await waitFor(() => expect(document.title).toBe('Library – Lectern'))
  })

  it('lets the keyboard skip to the content', async () => {
    serve()
    await renderInPages(AppShell)
    const user = userEvent.setup()

    await user.tab()
    expect(screen.getByRole('link', { name: 'Skip to content' })).toHaveFocus()
    await user.keyboard('{Enter}')

    expect(screen.getByRole('main')).toHaveFocus()
  })

  it('says that there is no such page', async () => {
    serve()
    await renderInPages(AppShell, { address: '/nothing' })

    expect(await screen.findByRole('heading', { level: 1, name: 'Page not found' })).toBeVisible()
    expect(screen.getByRole('link', { name: 'Go to the library' })).toHaveAttribute('href', '/')
  })

  it('says that the server is gone, until it is back', async () => {
    serve()
    await renderInPages(AppShell)

    tellUnreachable()
    expect(await screen.findByText(/The server is not responding/)).toBeVisible()

    await waitFor(() => expect(FakeEventSource.opened.length).toBeGreaterThan(2), { timeout: 4000 })
    await waitFor(() => expect(screen.queryByText(/does not answer/)).not.toBeInTheDocument())
  })
})
