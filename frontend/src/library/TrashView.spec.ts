import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import { useToasts } from '@/ui/toasts'
import TrashView from './TrashView.vue'

const HOUR_MS = 3600 * 1000
let server: FakeServer

function removed(hoursAgo: number) {
  return {
    lesson_id: 3,
    title: 'Enzymes',
    duration: 5040,
    removed_at: new Date(Date.now() - hoursAgo * HOUR_MS).toISOString(),
    removed_by: null,
  }
}

beforeEach(() => {
  server = fakeServer({
    'GET /api/v1/trash': { items: [removed(30)], undo_days: 7 },
    'GET /api/v1/owner': { is_owner: true, token_file: '/data/owner-token' },
  })
})

describe('TrashView', () => {
  it('says how long each lesson can still be brought back', async () => {
    await renderInPages(TrashView, { address: '/trash' })

    expect(await screen.findByRole('heading', { name: 'Enzymes' })).toBeVisible()
    expect(screen.getByText(/1 hr 24 min · deleted .* · 6 days left/)).toBeVisible()
  })

  it('brings a lesson back', async () => {
    server.on('POST /api/v1/trash/3/restore', () => {
      server.on('GET /api/v1/trash', () => Response.json({ items: [], undo_days: 7 }))
      return Response.json({ id: 3 })
    })
    const { pinia } = await renderInPages(TrashView, { address: '/trash' })

    await userEvent.click(await screen.findByRole('button', { name: 'Restore Enzymes' }))

    expect(await screen.findByRole('heading', { name: 'The trash is empty' })).toBeVisible()
    expect(useToasts(pinia).toasts[0]?.text).toBe('“Enzymes” was restored.')
  })

  it('deletes a lesson at once, after one question', async () => {
    server.on('DELETE /api/v1/trash/3', () => {
      server.on('GET /api/v1/trash', () => Response.json({ items: [], undo_days: 7 }))
      return new Response(null, { status: 204 })
    })
    const { pinia } = await renderInPages(TrashView, { address: '/trash' })

    await userEvent.click(await screen.findByRole('button', { name: 'Delete Enzymes permanently' }))
    const question = within(
      await screen.findByRole('dialog', { name: /Delete “Enzymes” permanently/ }),
    )
    expect(server.requests).not.toContain('DELETE /api/v1/trash/3')
    await userEvent.click(question.getByRole('button', { name: 'Delete permanently' }))

    expect(await screen.findByRole('heading', { name: 'The trash is empty' })).toBeVisible()
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
    expect(useToasts(pinia).toasts[0]?.text).toBe('“Enzymes” was deleted permanently.')
  })

  it('deletes nothing for good for who is not the owner, and takes what shows who is', async () => {
    server.on('GET /api/v1/owner', (request) =>
      Response.json({
        is_owner: request.headers.get('Authorization') === 'Bearer secret',
        token_file: '/data/owner-token',
      }),
    )
    await renderInPages(TrashView, { address: '/trash' })

    await userEvent.click(await screen.findByRole('button', { name: 'Delete Enzymes permanently' }))
    expect(await screen.findByText('/data/owner-token')).toBeVisible()
    const deleteNow = screen.getByRole('button', { name: 'Delete permanently' })
    expect(deleteNow).toBeDisabled()
    await userEvent.type(screen.getByLabelText(/^Owner key/), 'secret')
    await userEvent.click(screen.getByRole('button', { name: 'Unlock' }))

    await waitFor(() => expect(deleteNow).toBeEnabled())
    expect(screen.queryByText('/data/owner-token')).not.toBeInTheDocument()
  })

  it('says what did not work', async () => {
    server.on('POST /api/v1/trash/3/restore', () => problem(404, 'not-found'))
    const { pinia } = await renderInPages(TrashView, { address: '/trash' })

    await userEvent.click(await screen.findByRole('button', { name: 'Restore Enzymes' }))

    await waitFor(() => expect(useToasts(pinia).toasts[0]?.look).toBe('danger'))
  })
})
