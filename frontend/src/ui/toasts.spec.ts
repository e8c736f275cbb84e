import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useToasts } from './toasts'

beforeEach(() => setActivePinia(createPinia()))

const texts = () => useToasts().toasts.map(({ text }) => text)

describe('Toasts', () => {
  it('are a few at once: the oldest makes room', () => {
    const { show } = useToasts()
    for (const text of ['one', 'two', 'three', 'four']) show(text)

    expect(texts()).toEqual(['two', 'three', 'four'])
  })

  it('say once what is said again, with what can be done now', () => {
    const { show } = useToasts()
    let undone = ''
    const undo = (what: string) => ({ action: { label: 'Undo', run: () => (undone = what) } })
    show('removed', undo('first'))
    show('other')
    show('removed', undo('second'))
    expect(texts()).toEqual(['other', 'removed'])

    useToasts().toasts.at(-1)?.action?.run()

    expect(undone).toBe('second')
  })

  it('are taken away one by one', () => {
    const { show, dismiss } = useToasts()
    const first = show('one')
    show('two')
    dismiss(first)
    dismiss(99)

    expect(texts()).toEqual(['two'])
  })
})
