import { nextTick } from 'vue'
import type { Router } from 'vue-router'

/**
 * Move the focus to the heading of the page that opens, so that a screen reader says where one is
 * and the keyboard goes on from there. A page may name another place by `data-first-focus`. The
 * first page is left alone: the browser reads it by itself.
 */
export function moveFocusWithPages(router: Router): void {
  router.afterEach(async (to, from, failure) => {
    if (failure || from.matched.length === 0 || to.path === from.path) return
    await nextTick()
    const main = document.querySelector<HTMLElement>('main')
    const target =
      main?.querySelector<HTMLElement>('[data-first-focus]') ??
      main?.querySelector<HTMLElement>('h1[tabindex]') ??
      main
    target?.focus({ preventScroll: true })
  })
}

/** For headings that are known later than the page opens: they take the focus from its place. */
export function takeFocusOfPage(heading: HTMLElement | null): void {
  if (document.activeElement?.matches('main')) heading?.focus({ preventScroll: true })
}
