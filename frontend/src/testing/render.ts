import { render, type RenderResult } from '@testing-library/vue'
import { createPinia, disposePinia, type Pinia } from 'pinia'
import type { Component } from 'vue'
import { createMemoryHistory, type Router } from 'vue-router'
import { useConnection } from '@/api/connection'
import { createTexts, readTexts } from '@/i18n/languages'
import { createPages } from '@/router'

export interface Rendered extends RenderResult {
  router: Router
  pinia: Pinia
}

interface Options {
  props?: Record<string, unknown>
  slots?: Record<string, unknown>
  /** Where one is. */
  address?: string
  language?: string
}

/** A component as it is in the pages: with the texts, the stores and the addresses. */
export async function renderInPages(
  component: Component,
  { props, slots, address = '/', language = 'en' }: Options = {},
): Promise<Rendered> {
  const pinia = createPinia()
  const i18n = createTexts(language, { [language]: await readTexts(language) })
  const router = createPages(createMemoryHistory())
  await router.push(address)
  const stop = useConnection(pinia).start()
  const rendered = render(component, {
    container: document.body.appendChild(
      Object.assign(document.createElement('div'), { id: 'menus' }),
    ),
    props,
    slots,
    global: { plugins: [pinia, i18n, router] },
  })
  const unmount = () => {
    stop()
    rendered.unmount()
    disposePinia(pinia)
  }
  return { ...rendered, unmount, router, pinia }
}
