import { describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { reloadAfterUpgrades } from './reload'
import { fakeServer } from '@/testing/server'

const PAGE = { template: '<p />' }

function pagesWithMissingPart(open: (address: string) => void) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: PAGE },
      {
        path: '/notes',
        component: () =>
          Promise.reject(new TypeError('Failed to fetch dynamically imported module')),
      },
    ],
  })
  reloadAfterUpgrades(router, open)
  return router
}

describe('a page whose parts are gone', () => {
  it('is loaded anew where one wanted to go, once', async () => {
    fakeServer({ 'GET /healthz': { status: 'ok' } })
    const open = vi.fn()
    const router = pagesWithMissingPart(open)
    await router.push('/')

    await router.push('/notes?a=1').catch(() => undefined)
    await vi.waitFor(() => expect(open).toHaveBeenCalledExactlyOnceWith('/notes?a=1'))
    await router.push('/notes?a=1').catch(() => undefined)

    expect(open).toHaveBeenCalledOnce()
  })

  it('stays as it is while the server is away', async () => {
    const server = fakeServer()
    server.die()
    const open = vi.fn()
    const router = pagesWithMissingPart(open)
    await router.push('/')

    await router.push('/notes').catch(() => undefined)

    await vi.waitFor(() => expect(server.requests).toEqual(['GET /healthz']))
    expect(open).not.toHaveBeenCalled()
  })
})
