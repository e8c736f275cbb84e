import { describe, expect, it } from 'vitest'
import { placeInAddress } from './address'

describe('A moment in an address', () => {
  it('is never before what begins there', () => {
    for (let start = 0; start < 100; start += 0.0137) {
      const place = placeInAddress(start)
      expect(place).toBeGreaterThanOrEqual(start - 1e-9)
      expect(place - start).toBeLessThan(0.0101)
    }
  })

  it('is itself where it needs no more than two matches', () => {
    for (const start of [0, 65.4, 1.1, 0.29, 4321.07]) expect(placeInAddress(start)).toBe(start)
  })
})
