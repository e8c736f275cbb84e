import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { aWholeLesson } from '@/testing/lessons'
import { fakeServer, problem } from '@/testing/server'
import { useToasts } from '@/ui/toasts'
import { useLessonRemoval } from './useLessonRemoval'

async function openPage() {
  const server = fakeServer()
  server.on('DELETE /api/v1/lessons/1', () => new Response(null, { status: 204 }))
  server.on('POST /api/v1/trash/1/restore', () => Response.json(aWholeLesson()))
  const { given, router, pinia } = await compose(useLessonRemoval, { address: '/lessons/1' })
  return { ...given, server, router, toasts: useToasts(pinia) }
}

describe('A lesson that is removed', () => {
  it('is left for the library, and can be brought back at once', async () => {
    const { remove, server, router, toasts } = await openPage()
    await remove(aWholeLesson())
    expect(router.currentRoute.value.name).toBe('library')
    expect(toasts.toasts[0]?.text).toContain('Enzymes')

    toasts.toasts[0]?.action?.run()

    await waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/lessons/1'))
    expect(server.requests).toContain('POST /api/v1/trash/1/restore')
  })

  it('stays open where it could not be removed, which is said', async () => {
    const { remove, server, router, toasts } = await openPage()
    server.on('DELETE /api/v1/lessons/1', () => problem(503, 'database-busy'))
    await remove(aWholeLesson())

    expect(router.currentRoute.value.name).toBe('lesson')
    expect(toasts.toasts[0]?.look).toBe('danger')
  })

  it('stays removed where it could not be brought back, which is said', async () => {
    const { remove, server, router, toasts } = await openPage()
    server.on('POST /api/v1/trash/1/restore', () => problem(404, 'lesson-not-found'))
    await remove(aWholeLesson())
    toasts.toasts[0]?.action?.run()

    await waitFor(() => expect(toasts.toasts.at(-1)?.look).toBe('danger'))
    expect(router.currentRoute.value.name).toBe('library')
  })
})
