import { useEventListener } from '@vueuse/core'
import { useRouter } from 'vue-router'
import { useSearchPlace } from './place'

export const SEARCH_FIELD_ID = 'search-field'
const TYPED_INTO = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])'
const ABOVE_THE_PAGE = '[role="dialog"], [role="menu"], [role="alertdialog"]'

/** The key / leads to the search field from everywhere, but not for those who type it. */
export function useSearchShortcut(): void {
  const router = useRouter()
  const place = useSearchPlace()

  useEventListener(document, 'keydown', (event) => {
    if (event.key !== '/' || event.defaultPrevented) return
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return
    event.preventDefault()
    place.followed = null
    void openField()
  })

  async function openField(): Promise<void> {
    await router.push({ name: 'search' })
    const field = document.getElementById(SEARCH_FIELD_ID)
    if (field instanceof HTMLInputElement) {
      field.focus()
      field.select()
    }
  }
}

function isTaken(target: EventTarget | null): boolean {
  return (
    (target instanceof Element && target.closest(TYPED_INTO) !== null) ||
    document.querySelector(ABOVE_THE_PAGE) !== null
  )
}
