import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { fakeServer } from '@/testing/server'
import { useNoteFilter } from './useNoteFilter'

async function openNotes(address: string) {
  fakeServer()
  const { given, router } = await compose(useNoteFilter, { address })
  return { ...given, router, query: () => router.currentRoute.value.query }
}

describe('The filter of the notes', () => {
  it('is the address’s, which follows it', async () => {
    const { filter, typed, change, query } = await openNotes('/notes?q=prism&course=2&theme=5')
    expect([typed.value, filter.value.themeId]).toEqual(['prism', 5])

    change({ courseId: 3 })

    await waitFor(() => expect(query()).toEqual({ q: 'prism', course: '3' }))
  })

  it('narrows when a pause is made, and keeps what is typed meanwhile', async () => {
    const { filter, typed, query } = await openNotes('/notes')
    typed.value = ' light '
    await waitFor(() => expect(filter.value.words).toBe('light'))
    typed.value = 'light is'

    await waitFor(() => expect(query()).toEqual({ q: 'light is' }))
    expect(typed.value).toBe('light is')
  })

  it('goes back with the browser', async () => {
    const { typed, router } = await openNotes('/notes?q=one')
    await router.push('/notes?q=two')
    expect(typed.value).toBe('two')
    router.back()

    await waitFor(() => expect(typed.value).toBe('one'))
  })

  it('is cleared with what is typed', async () => {
    const { typed, clear, query } = await openNotes('/notes?q=one&colour=green')
    clear()

    await waitFor(() => expect(query()).toEqual({}))
    expect(typed.value).toBe('')
  })

  it('leaves other pages’ addresses alone', async () => {
    const { typed, filter, router } = await openNotes('/notes?q=one')
    await router.push('/search?q=two')

    expect([typed.value, filter.value.words]).toEqual(['one', 'one'])
  })
})
