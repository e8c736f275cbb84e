import { createEvent, fireEvent, screen } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { renderInPages } from '@/testing/render'
import SegmentEditor from './SegmentEditor.vue'

async function openField(character: number | null = null) {
  const isOpen = ref(false)
  const told = { type: vi.fn(), leave: vi.fn(), next: vi.fn(), discard: vi.fn() }
  const { type: onType, leave: onLeave, next: onNext, discard: onDiscard } = told
  const props = { text: 'Good morning.', start: 65, character }
  const rendered = await renderInPages(
    defineComponent(
      () => () =>
        isOpen.value
          ? h(SegmentEditor, { ...props, onType, onLeave, onNext, onDiscard })
          : 'Good morning.',
    ),
  )
  isOpen.value = true
  await nextTick()
  return { ...rendered, told, field: screen.getByRole('textbox', { name: 'Text at 1:05' }) }
}

describe('The field of a segment', () => {
  it('has the caret where the word was pressed, or at the end', async () => {
    const { field, unmount } = await openField(5)
    expect(field).toHaveFocus()
    expect(document.getSelection()?.focusOffset).toBe(5)
    unmount()

    await openField()
    expect(document.getSelection()?.focusOffset).toBe('Good morning.'.length)
  })

  it('tells what stands in it with every key', async () => {
    const { field, told } = await openField()
    field.textContent = 'Good morning, all.'
    await fireEvent.input(field)

    expect(told.type.mock.calls).toEqual([['Good morning, all.']])
  })

  it('is left by Enter, discarded by Escape, and neither is told as losing the focus', async () => {
    const { field, told } = await openField()
    await userEvent.keyboard('{Enter}')
    await fireEvent.blur(field)

    expect(told.next).toHaveBeenCalledOnce()
    expect(told.leave).not.toHaveBeenCalled()
  })

  it('gives up what was typed by Escape alone', async () => {
    const { field, told } = await openField()
    await userEvent.keyboard('{Escape}')
    await fireEvent.blur(field)

    expect(told.discard).toHaveBeenCalledOnce()
    expect(told.leave).not.toHaveBeenCalled()
  })

  it('leaves Enter and Escape to a word that is being composed', async () => {
    const { field, told } = await openField()
    for (const key of ['Enter', 'Escape']) {
      await fireEvent.keyDown(field, { key, isComposing: true })
    }

    expect(told.next).not.toHaveBeenCalled()
    expect(told.discard).not.toHaveBeenCalled()
  })

  it('stays open while another window is looked at', async () => {
    const { field, told } = await openField()
    const hasFocus = vi.spyOn(document, 'hasFocus').mockReturnValue(false)
    await fireEvent.blur(field)
    expect(told.leave).not.toHaveBeenCalled()

    hasFocus.mockReturnValue(true)
    await fireEvent.blur(field)
    expect(told.leave).toHaveBeenCalledOnce()
  })

  it('takes what is pasted as one line of plain text', async () => {
    const { field, told } = await openField()
    const paste = createEvent.paste(field, {
      clipboardData: { getData: () => ' Every\r\none\n is here.' },
    })
    await fireEvent(field, paste)

    expect(field.textContent).toBe('Good morning. Every one is here.')
    expect(told.type.mock.calls).toEqual([['Good morning. Every one is here.']])
  })
})
