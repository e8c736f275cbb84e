/**
 * Between characters of a segment's text and places in the page. A segment's element may hold
 * other elements: those with `data-aside`, such as words that were taken out, are not its text.
 */

export const SEGMENT = 'data-segment'
const ASIDE = '[data-aside]'

export function elementOf(list: Element, position: number): HTMLElement | null {
  return list.querySelector<HTMLElement>(`[${SEGMENT}="${String(position)}"]`)
}

function textNodes(element: Element): Text[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
  const nodes: Text[] = []
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!node.parentElement?.closest(ASIDE)) nodes.push(node as Text)
  }
  return nodes
}

/** The range of the characters from `from` up to `to` of a segment's text. */
export function rangeOf(element: Element, from: number, to: number): Range | null {
  const range = document.createRange()
  let passed = 0
  let hasStart = false
  for (const node of textNodes(element)) {
    const length = node.data.length
    if (!hasStart && from < passed + length) {
      range.setStart(node, Math.max(0, from - passed))
      hasStart = true
    }
    if (hasStart && to <= passed + length) {
      range.setEnd(node, Math.max(0, to - passed))
      return range
    }
    passed += length
  }
  return null
}

export interface TextPlace {
  segment: number
  /** Counted in the segment's text. */
  character: number
}

/** The segment and the character that a place in the page belongs to. */
export function placeOf(node: Node, offset: number): TextPlace | null {
  const parent = node instanceof Element ? node : node.parentElement
  const element = parent?.closest(`[${SEGMENT}]`)
  if (!element) return null
  const place = document.createRange()
  place.setStart(node, offset)
  let character = 0
  for (const text of textNodes(element)) {
    if (text === node) {
      character += offset
      break
    }
    if (place.comparePoint(text, 0) >= 0) break
    character += text.data.length
  }
  return { segment: Number(element.getAttribute(SEGMENT)), character }
}

interface OldCaret {
  caretRangeFromPoint?: (x: number, y: number) => Range | null
}

/** What is read at a point of the window. */
export function placeAt(x: number, y: number): TextPlace | null {
  // Safari has but the older of the two.
  if (typeof document.caretPositionFromPoint === 'function') {
    const caret = document.caretPositionFromPoint(x, y)
    return caret && placeOf(caret.offsetNode, caret.offset)
  }
  const range = (document as OldCaret).caretRangeFromPoint?.(x, y)
  return range ? placeOf(range.startContainer, range.startOffset) : null
}

/** Have ranges look as `::highlight(name)` says; where browsers cannot, the text is as it is. */
export function paint(name: string, ranges: readonly Range[], priority = 0): void {
  if (typeof Highlight === 'undefined') return
  if (ranges.length === 0) {
    CSS.highlights.delete(name)
    return
  }
  const highlight = new Highlight(...ranges)
  highlight.priority = priority
  CSS.highlights.set(name, highlight)
}
