import { shallowRef } from 'vue'
import { useEventListener } from '@vueuse/core'

/** More rows than this are not kept for a selection. */
const MOST_ROWS = 600

/**
 * The rows from the beginning to the end of what is selected. They stay in the page, or a selection
 * would lose its end as soon as that is scrolled away.
 */
export function useSelectedRows(list: () => Element | null) {
  const selected = shallowRef<{ first: number; last: number } | null>(null)

  useEventListener(document, 'selectionchange', () => {
    const selection = document.getSelection()
    const own = list()
    if (selection === null || selection.isCollapsed || own === null) {
      selected.value = null
      return
    }
    const ends = [rowOf(selection.anchorNode, own), rowOf(selection.focusNode, own)]
    const rows = ends.filter((row) => row !== null)
    const [first, last] = [Math.min(...rows), Math.max(...rows)]
    const isKept = rows.length > 0 && last - first < MOST_ROWS
    const isSame = selected.value?.first === first && selected.value.last === last
    if (!isSame || !isKept) selected.value = isKept ? { first, last } : null
  })

  return selected
}

function rowOf(node: Node | null, list: Element): number | null {
  const element = node instanceof Element ? node : node?.parentElement
  const row = element?.closest('[data-index]')
  return row && list.contains(row) ? Number(row.getAttribute('data-index')) : null
}
