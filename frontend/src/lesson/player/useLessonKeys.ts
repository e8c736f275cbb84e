import { useEventListener } from '@vueuse/core'

/** What is typed here is text. */
const TEXT_FIELDS = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])'
/** These have keys of their own. */
const WIDGETS = '[role="dialog"], [role="menu"], [role="slider"], [role="tablist"]'
const PRESSED_BY_SPACE = 'button, a, summary'

export type KeyActions = Record<string, () => void>

/** Keys that act on the whole page, but never while somebody types or is in a menu. */
export function useLessonKeys(actions: KeyActions): void {
  useEventListener(window, 'keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target instanceof Element ? event.target : null
    if (target?.closest(`${TEXT_FIELDS}, ${WIDGETS}`)) return
    if (event.key === ' ' && target?.closest(PRESSED_BY_SPACE)) return
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  })
}
