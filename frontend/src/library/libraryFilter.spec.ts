import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { fakeServer } from '@/testing/server'
import { useLibraryFilter } from './useLibraryFilter'

async function openLibrary(address: string) {
  fakeServer()
  const { given, router } = await compose(useLibraryFilter, { address })
  return { ...given, router, query: () => router.currentRoute.value.query }
}

describe('The filter of the library', () => {
  it('is the address’s, and is cleared within the course that is open', async () => {
    const { filter, clear, query } = await openLibrary('/?course=2&theme=5&state=new')
    expect(filter.value).toMatchObject({ courseId: 2, themeId: 5, state: 'new' })

    clear()

    await waitFor(() => expect(query()).toEqual({ course: '2', theme: '5' }))
    expect(filter.value.state).toBeUndefined()
  })

  it('forgets the theme where another course is chosen', async () => {
    const { filter, change } = await openLibrary('/?course=2&theme=5')
    change({ courseId: 3 })

    await waitFor(() => expect(filter.value).toEqual({ courseId: 3 }))
  })

  it('is kept while other pages are open', async () => {
    const { filter, router } = await openLibrary('/?course=2')
    await router.push('/search?course=7')

    expect(filter.value).toEqual({ courseId: 2 })
  })
})
