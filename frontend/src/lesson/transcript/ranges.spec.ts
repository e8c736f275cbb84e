import { beforeEach, describe, expect, it } from 'vitest'
import { elementOf, placeOf, rangeOf } from './ranges'

let list: HTMLElement

beforeEach(() => {
  list = document.createElement('div')
  list.innerHTML =
    '<span data-segment="3"><span>Good</span> <del data-aside>old</del><span data-aside> </span>' +
    '<ins>new</ins> morning.</span>'
  document.body.replaceChildren(list)
})

describe('characters of a segment', () => {
  it('are found in the page, past what is not its text', () => {
    const element = elementOf(list, 3)

    expect(element && String(rangeOf(element, 0, 4))).toBe('Good')
    expect(element && String(rangeOf(element, 5, 8))).toBe('new')
    expect(element && String(rangeOf(element, 9, 17))).toBe('morning.')
    expect(element && rangeOf(element, 9, 99)).toBeNull()
    expect(elementOf(list, 4)).toBeNull()
  })

  it('are known from a place in the page', () => {
    const added = list.querySelector('ins')?.firstChild
    const removed = list.querySelector('del')?.firstChild

    expect(added && placeOf(added, 1)).toEqual({ segment: 3, character: 6 })
    expect(removed && placeOf(removed, 2)).toEqual({ segment: 3, character: 5 })
    expect(placeOf(document.body, 0)).toBeNull()
  })
})
