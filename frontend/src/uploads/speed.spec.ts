import { describe, expect, it } from 'vitest'
import { Speedometer } from './speed'

describe('Speedometer', () => {
  it('says nothing before there is something to say', () => {
    const speed = new Speedometer()
    speed.note(0, 0)
    speed.note(500, 200)

    expect(speed.bytesPerSecond).toBeNull()
  })

  it('is the speed of the last seconds, not of the whole way', () => {
    const speed = new Speedometer()
    for (let second = 0; second <= 10; second += 1) speed.note(second * 1000, second * 1000)
    for (let second = 11; second <= 20; second += 1) {
      speed.note(10_000 + (second - 10) * 5000, second * 1000)
    }

    expect(speed.bytesPerSecond).toBeCloseTo(5000)
  })

  it('measures also what comes seldom', () => {
    const speed = new Speedometer()
    speed.note(0, 0)
    speed.note(30_000, 30_000)

    expect(speed.bytesPerSecond).toBeCloseTo(1000)
  })
})
