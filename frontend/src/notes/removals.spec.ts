import { waitFor } from '@testing-library/vue'
import { describe, expect, it, vi } from 'vitest'
import type { NotePublic } from '@/api/notes'
import { compose } from '@/testing/compose'
import { fakeServer, problem } from '@/testing/server'
import { useToasts } from '@/ui/toasts'
import { useNoteRemovals } from './removals'

const NOTE = { id: 3, lesson_id: 1, text: 'Ask about this.', version: 'v1' } as NotePublic

async function openList() {
  const list = { drop: vi.fn(), replace: vi.fn(), takeBack: vi.fn() }
  const server = fakeServer()
  server.on('DELETE /api/v1/notes/3', () => new Response(null, { status: 204 }))
  server.on('POST /api/v1/notes/3/restore', () => Response.json(NOTE))
  const { given, pinia } = await compose(() => useNoteRemovals(list))
  return { ...given, list, server, toasts: useToasts(pinia) }
}

describe('A note that is removed', () => {
  it('leaves its list, and comes back to it', async () => {
    const { remove, list, toasts } = await openList()
    await remove(NOTE)
    expect(list.drop).toHaveBeenCalledWith(3)

    toasts.toasts[0]?.action?.run()

    await waitFor(() => expect(list.takeBack).toHaveBeenCalledWith(NOTE))
  })

  it('stays where somebody has changed it meanwhile, with what stands there now', async () => {
    const { remove, list, server, toasts } = await openList()
    const present = { ...NOTE, text: 'Changed.', version: 'v2' }
    server.on('DELETE /api/v1/notes/3', () => problem(412, 'conflict', { present }))
    await remove(NOTE)

    expect(list.drop).not.toHaveBeenCalled()
    expect(list.replace).toHaveBeenCalledWith(present)
    expect(toasts.toasts[0]?.look).toBe('danger')
  })

  it('that is gone already leaves without a word', async () => {
    const { remove, list, server, toasts } = await openList()
    server.on('DELETE /api/v1/notes/3', () => problem(404, 'note-not-found'))
    await remove(NOTE)

    expect(list.drop).toHaveBeenCalledWith(3)
    expect(toasts.toasts).toEqual([])
  })

  it('can be asked for again where the server was gone, but not where it is gone for good', async () => {
    const { remove, server, toasts } = await openList()
    await remove(NOTE)
    server.die()
    toasts.toasts[0]?.action?.run()
    await waitFor(() => expect(toasts.toasts.at(-1)?.look).toBe('danger'))
    expect(toasts.toasts.at(-1)?.action).toBeDefined()

    server.revive()
    server.on('POST /api/v1/notes/3/restore', () => problem(404, 'note-not-found'))
    toasts.toasts.at(-1)?.action?.run()
    await waitFor(() => expect(toasts.toasts.at(-1)?.action).toBeUndefined())
  })
})
