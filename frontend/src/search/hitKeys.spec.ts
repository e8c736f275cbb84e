import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import { moveThroughHits } from './hitKeys'
import { SEARCH_FIELD_ID } from './useSearchShortcut'

beforeEach(() => {
  const page = document.body.appendChild(document.createElement('main'))
  page.innerHTML = `<input id="${SEARCH_FIELD_ID}">
    <a data-hit href="#1">1</a> <button>play</button> <a data-hit href="#2">2</a>`
  page.addEventListener('keydown', moveThroughHits)
  page.querySelector('input')?.focus()
})

const focused = () => document.activeElement?.textContent

describe('The arrows', () => {
  it('lead from the field through the hits, and back', async () => {
    await userEvent.keyboard('{ArrowDown}')
    expect(focused()).toBe('1')
    await userEvent.keyboard('{ArrowDown}{ArrowDown}')
    expect(focused()).toBe('2')
    await userEvent.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}')
    expect(document.activeElement?.id).toBe(SEARCH_FIELD_ID)
  })

  it('are what they are elsewhere, and with other keys', async () => {
    await userEvent.keyboard('{Shift>}{ArrowDown}{/Shift}')
    expect(document.activeElement?.id).toBe(SEARCH_FIELD_ID)

    document.querySelector('button')?.focus()
    await userEvent.keyboard('{ArrowDown}')
    expect(focused()).toBe('play')
  })
})
