import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { nextTick } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import { useAppearance } from './appearance'
import AppearanceMenu from './AppearanceMenu.vue'

beforeEach(() => delete document.documentElement.dataset.theme)

async function choose(name: string): Promise<void> {
  await userEvent.click(screen.getByRole('button', { name: 'Appearance and language' }))
  await userEvent.click(await screen.findByRole('menuitemradio', { name }))
  await nextTick()
}

describe('AppearanceMenu', () => {
  it('makes the pages dark, and keeps it so', async () => {
    await renderInPages(AppearanceMenu)

    await choose('Dark')

    expect(document.documentElement.dataset.theme).toBe('dark')
    expect(localStorage.getItem('lectern.theme')).toBe('dark')
  })

  it('goes back to what the device says', async () => {
    localStorage.setItem('lectern.theme', 'light')
    await renderInPages(AppearanceMenu)
    expect(document.documentElement.dataset.theme).toBe('light')

    await choose('Same as device')

    expect(document.documentElement.dataset.theme).toBeUndefined()
  })

  it('changes the language, or leaves it to the browser', async () => {
    const { pinia } = await renderInPages(AppearanceMenu)
    const appearance = useAppearance(pinia)
    expect(appearance.language).toBe('en')

    await choose('Français')
    expect(appearance.language).toBe('fr')

    await choose('Same as browser')
    expect(appearance.language).toBe('en')
  })

  it('is not led astray by what stands in the storage', async () => {
    localStorage.setItem('lectern.theme', 'pink')
    localStorage.setItem('lectern.language', 'xx')
    const { pinia } = await renderInPages(AppearanceMenu)

    expect(document.documentElement.dataset.theme).toBeUndefined()
    expect(useAppearance(pinia).language).toBe('en')
  })
})
