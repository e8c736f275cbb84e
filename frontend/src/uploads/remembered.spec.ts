import { describe, expect, it, vi } from 'vitest'
import { claim, forget, listAbandoned, newId, remember } from './remembered'

const KNOWN = { uploadId: 'u1', size: 9, modified: 1, details: { course: '', isProcessed: true } }

/** Locks as browsers have them: each is held until its promise is settled. */
function stubLocks(): Set<string> {
  const held = new Set<string>()
  vi.stubGlobal('navigator', {
    locks: {
      query: () => Promise.resolve({ held: [...held].map((name) => ({ name })) }),
      async request(name: string, hold: () => Promise<void>) {
        held.add(name)
        await hold()
        held.delete(name)
      },
    },
  })
  return held
}

describe('What a browser knows of unfinished uploads', () => {
  it('is found again in the order of the names, until it is forgotten', async () => {
    remember('b', { ...KNOWN, name: 'lesson 10.mp3' })
    remember('a', { ...KNOWN, name: 'lesson 9.mp3' })

    expect(await listAbandoned()).toEqual([
      { ...KNOWN, id: 'a', name: 'lesson 9.mp3' },
      { ...KNOWN, id: 'b', name: 'lesson 10.mp3' },
    ])
    forget('a')
    expect((await listAbandoned()).map(({ id }) => id)).toEqual(['b'])
  })

  it('is no other tab’s while this one has it', async () => {
    const held = stubLocks()
    remember('a', { ...KNOWN, name: 'lesson.mp3' })
    const letGo = claim('a')
    expect([...held]).toEqual(['lectern.upload.a'])
    expect(await listAbandoned()).toEqual([])

    letGo()

    await vi.waitFor(async () => expect(await listAbandoned()).toHaveLength(1))
  })

  it('does not stumble over what others have written', async () => {
    localStorage.setItem('lectern.upload.x', '{"name":')
    localStorage.setItem('other', '{}')

    expect(await listAbandoned()).toEqual([])
    expect(Object.keys(localStorage)).toEqual(['other'])
  })

  it('has names that no tab gives twice', () => {
    const names = Array.from({ length: 100 }, newId)

    expect(new Set(names).size).toBe(100)
  })
})
