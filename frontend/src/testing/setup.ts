import '@testing-library/jest-dom/vitest'
import { cleanup, configure } from '@testing-library/vue'
import { disposePinia, getActivePinia } from 'pinia'
import { afterEach, beforeEach, vi } from 'vitest'
import { FakeEventSource } from './FakeEventSource'

// A page that is loaded when it is opened may take its time on a busy machine.
configure({ asyncUtilTimeout: 8000 })

// What jsdom does not have, and browsers do.
class NoResizes {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
vi.stubGlobal('ResizeObserver', NoResizes)
Element.prototype.scrollIntoView = () => undefined
Element.prototype.hasPointerCapture = () => false
Element.prototype.setPointerCapture = () => undefined
Element.prototype.releasePointerCapture = () => undefined
HTMLMediaElement.prototype.load = () => undefined
window.scrollTo = () => undefined
window.scrollBy = () => undefined
Range.prototype.getBoundingClientRect = () => new DOMRect()

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', NoResizes)
  vi.stubGlobal('EventSource', FakeEventSource)
  FakeEventSource.opened = []
})

afterEach(() => {
  cleanup()
  const pinia = getActivePinia()
  if (pinia) disposePinia(pinia)
  // What goes on without its page would go on in the next test.
  for (const media of document.querySelectorAll('video')) media.dispatchEvent(new Event('pause'))
  document.body.replaceChildren()
  localStorage.clear()
  sessionStorage.clear()
})
