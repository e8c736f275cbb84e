import { describe, expect, it } from 'vitest'
import { createMemoryHistory } from 'vue-router'
import { keptToken } from '@/api/ownerToken'
import { createPages } from '@/router'
import { takeTokenFromAddresses, tokenIn } from './token'

describe('The owner’s token', () => {
  it('is found in what somebody pastes: the token, or the address with it', () => {
    expect(tokenIn(' abc-1 ')).toBe('abc-1')
    expect(tokenIn('http://127.0.0.1:8000/#owner=abc-1\n')).toBe('abc-1')
  })

  it('is taken out of the address at once, which leads where it led', async () => {
    const router = createPages(createMemoryHistory())
    takeTokenFromAddresses(router)
    await router.push('/tasks?state=failed#owner=abc-1')

    expect(router.currentRoute.value.fullPath).toBe('/tasks?state=failed')
    expect(keptToken()).toBe('abc-1')
  })

  it('is no other mark in an address', async () => {
    const router = createPages(createMemoryHistory())
    takeTokenFromAddresses(router)
    await router.push('/settings#models')

    expect(router.currentRoute.value.hash).toBe('#models')
  })
})
