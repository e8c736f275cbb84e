import type { Router } from 'vue-router'
import { isServerThere } from '@/api/health'

const RELOADED_FOR = 'lectern.reloaded-for'

/**
 * After an upgrade of the server, a page that was open since before asks for parts that are gone.
 * It is loaded anew, once for an address, at the place where the person wanted to go. Not while the
 * server is away: what was typed would be lost for nothing.
 */
export function reloadAfterUpgrades(router: Router, open = openAnew): void {
  router.onError(async (error: unknown, to) => {
    if (!isMissingPart(error) || sessionStorage.getItem(RELOADED_FOR) === to.fullPath) return
    if (!(await isServerThere())) return
    sessionStorage.setItem(RELOADED_FOR, to.fullPath)
    open(to.fullPath)
  })
  router.afterEach((_to, from, failure) => {
    if (!failure && from.matched.length > 0) sessionStorage.removeItem(RELOADED_FOR)
  })
}

function openAnew(address: string): void {
  location.assign(address)
}

/** Each browser has its own words for a module that cannot be loaded. */
function isMissingPart(error: unknown): boolean {
  return error instanceof TypeError && /module|import/i.test(error.message)
}
