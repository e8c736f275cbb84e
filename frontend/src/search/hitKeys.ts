import { SEARCH_FIELD_ID } from './useSearchShortcut'

const HIT = '[data-hit]'

/** From hit to hit with the arrows, down from the search field and up to it again. */
export function moveThroughHits(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  const page = event.currentTarget as HTMLElement
  const at = event.target as HTMLElement
  const field = page.querySelector<HTMLElement>(`#${SEARCH_FIELD_ID}`)
  if (at !== field && !at.matches(HIT)) return
  const stops = [field, ...page.querySelectorAll<HTMLElement>(HIT)]
  const next = stops[stops.indexOf(at) + (event.key === 'ArrowDown' ? 1 : -1)]
  if (!next) return
  event.preventDefault()
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}
