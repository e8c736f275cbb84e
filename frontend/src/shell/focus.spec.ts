import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { moveFocusWithPages, takeFocusOfPage } from './focus'

async function openRouter() {
  const routes = ['/', '/other'].map((path) => ({ path, component: { render: () => null } }))
  const router = createRouter({ history: createMemoryHistory(), routes })
  moveFocusWithPages(router)
  await router.push('/')
  return router
}

beforeEach(() => {
  document.body.innerHTML = '<a href="#x">x</a><main tabindex="-1"><h1 tabindex="-1">X</h1></main>'
  document.querySelector('a')?.focus()
})

const focused = () => document.activeElement?.tagName

describe('The focus', () => {
  it('goes to the heading of the page that opens, but not of the first one', async () => {
    const router = await openRouter()
    expect(focused()).toBe('A')

    await router.push('/other')
    expect(focused()).toBe('H1')
  })

  it('stays where only what the address asks for changes', async () => {
    const router = await openRouter()
    await router.push('/?q=prism')

    expect(focused()).toBe('A')
  })

  it('goes to the place that the page names, or to all of it where there is no heading yet', async () => {
    const router = await openRouter()
    const main = document.querySelector('main') as HTMLElement
    main.innerHTML = ''
    await router.push('/other')
    expect(focused()).toBe('MAIN')

    main.innerHTML = '<h1 tabindex="-1">X</h1><input data-first-focus>'
    await router.push('/')
    expect(focused()).toBe('INPUT')
  })

  it('is taken by a heading that comes later, unless somebody has gone on', () => {
    const heading = document.querySelector('h1')
    takeFocusOfPage(heading)
    expect(focused()).toBe('A')

    document.querySelector('main')?.focus()
    takeFocusOfPage(heading)
    expect(focused()).toBe('H1')
  })
})
