import type { Router } from 'vue-router'
import { keepToken } from '@/api/ownerToken'

/** What stands before the token in the address that is shown where Lectern is started. */
const MARK = '#owner='

/** The token in what somebody entered: all of it, or what stands at the end of an address. */
export function tokenIn(text: string): string {
  return text.slice(text.lastIndexOf(MARK) === -1 ? 0 : text.lastIndexOf(MARK) + MARK.length).trim()
}

/** Keep the token of an address that is opened, and take it out of the address bar at once. */
export function takeTokenFromAddresses(router: Router): void {
  router.beforeEach((to) => {
    if (!to.hash.startsWith(MARK)) return true
    keepToken(tokenIn(to.hash))
    return { path: to.path, query: to.query, hash: '', replace: true }
  })
}
