import { defineComponent, h } from 'vue'
import { describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import { formatTime, useFormats } from './useFormats'

async function inLanguage(
  language: string,
  shown: (formats: ReturnType<typeof useFormats>) => string,
) {
  const component = defineComponent(() => {
    const formats = useFormats()
    return () => h('p', shown(formats))
  })
  const { container, unmount } = await renderInPages(component, { language })
  const text = container.textContent
  unmount()
  return text
}

describe('formats', () => {
  it.each([
    [42, '42 sec'],
    [59 * 60, '59 min'],
    [3600, '1 hr'],
    [5070, '1 hr 25 min'],
  ])('write %d seconds as a length for reading', async (seconds, text) => {
    expect(await inLanguage('en', ({ formatLength }) => formatLength(seconds))).toBe(text)
  })

  it('write dates as the language does', async () => {
    const day = await inLanguage('fr', ({ formatDay }) => formatDay('2026-11-12T09:00:00Z'))

    expect(day).toBe('12 novembre 2026')
  })

  it.each([
    [0, '0:00'],
    [65.9, '1:05'],
    [3_905, '1:05:05'],
  ])('write %d seconds as players do', (seconds, text) => {
    expect(formatTime(seconds)).toBe(text)
  })
})
