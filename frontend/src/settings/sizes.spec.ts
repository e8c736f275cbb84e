import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { useSizes } from './useSizes'

describe('Sizes of files', () => {
  it('are said in the unit that people would take', async () => {
    const { given } = await compose(useSizes)

    const sizes = [0, 999, 1000, 12_340_000, 484_000_000, 1_620_000_000, 3e15]
    expect(sizes.map(given.formatSize)).toEqual([
      ...['0 byte', '999 byte', '1 kB', '12 MB', '484 MB', '1.6 GB', '3,000 TB'],
    ])
  })

  it('are said in the language of the pages', async () => {
    const { given } = await compose(useSizes, { language: 'fr' })

    expect(given.formatSize(1_620_000_000)).toMatch(/^1,6\sGo$/)
  })
})
