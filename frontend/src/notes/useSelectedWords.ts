import { useEventListener } from '@vueuse/core'
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { LessonText } from '@/lesson/transcript/LessonText'
import { placeOf, SEGMENT, type TextPlace } from '@/lesson/transcript/ranges'
import { selectWords } from './stretches'
import type { SelectedWords } from './useLessonNotes'

/** A selection that is still being made is left alone. */
const SETTLE_MS = 150

/** The words of a lesson's text that are selected, by whatever means, once that has settled. */
export function useSelectedWords(list: () => Element | null, text: () => LessonText) {
  const selected = shallowRef<SelectedWords | null>(null)
  const range = shallowRef<Range | null>(null)
  const isPressed = ref(false)
  let timer: number | undefined

  function settle(): void {
    clearTimeout(timer)
    timer = window.setTimeout(read, SETTLE_MS)
  }

  function read(): void {
    if (isPressed.value) return
    const selection = document.getSelection()
    const own = list()
    const present = selection?.rangeCount ? selection.getRangeAt(0) : null
    const ends =
      own && present && !present.collapsed && !isInField(present) ? endsOf(own, present) : null
    selected.value = ends && selectWords(text(), ends.from, ends.to)
    range.value = selected.value && present
  }

  useEventListener(document, 'selectionchange', () => {
    // What is gone is gone at once.
    if (document.getSelection()?.isCollapsed !== false) read()
    else settle()
  })
  useEventListener(window, 'pointerdown', (event) => {
    isPressed.value = event.pointerType === 'mouse'
  })
  useEventListener(window, ['pointerup', 'pointercancel'], () => {
    isPressed.value = false
    settle()
  })
  onScopeDispose(() => clearTimeout(timer))

  function clear(): void {
    document.getSelection()?.removeAllRanges()
    selected.value = null
    range.value = null
  }

  return { selected, range, clear }
}

function isInField(range: Range): boolean {
  const { commonAncestorContainer: node } = range
  const element = node instanceof Element ? node : node.parentElement
  return element?.closest('input, textarea, [contenteditable]') !== null
}

/** Where in the segments a range begins and ends; it may begin and end outside of them. */
function endsOf(list: Element, range: Range): { from: TextPlace; to: TextPlace } | null {
  if (!range.intersectsNode(list)) return null
  const touched = [...list.querySelectorAll(`[${SEGMENT}]`)].filter((each) =>
    range.intersectsNode(each),
  )
  const [first, last] = [touched[0], touched.at(-1)]
  if (!first || !last) return null
  const from = first.contains(range.startContainer)
    ? placeOf(range.startContainer, range.startOffset)
    : { segment: Number(first.getAttribute(SEGMENT)), character: 0 }
  const to = last.contains(range.endContainer)
    ? placeOf(range.endContainer, range.endOffset)
    : { segment: Number(last.getAttribute(SEGMENT)), character: Infinity }
  return from && to && { from, to }
}
