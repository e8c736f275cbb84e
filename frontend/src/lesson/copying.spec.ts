import { describe, expect, it } from 'vitest'
import { isOwnAddress } from './useCopying'

describe('an address that leads nowhere from another computer', () => {
  it.each(['localhost', 'lectern.localhost', '127.0.0.1', '127.1.2.3', '[::1]'])(
    'is such as %s',
    (hostname) => {
      expect(isOwnAddress(hostname)).toBe(true)
    },
  )

  it.each(['192.168.1.20', 'lectern.school.example', 'localhost.example', '1270.0.0.1'])(
    'is none such as %s',
    (hostname) => {
      expect(isOwnAddress(hostname)).toBe(false)
    },
  )
})
