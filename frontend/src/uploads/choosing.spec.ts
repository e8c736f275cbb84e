import { describe, expect, it } from 'vitest'
import { LARGEST_BYTES } from '@/api/uploads'
import { sortOut } from './choosing'

function found(name: string, { type = '', size = 5, isInFolder = false, path = '' } = {}) {
  const file = new File(['12345'], name, { type })
  Object.defineProperty(file, 'size', { value: size })
  Object.defineProperty(file, 'webkitRelativePath', { value: path })
  return { file, isInFolder }
}

const reasons = (...all: ReturnType<typeof found>[]) =>
  sortOut(all).skipped.map(({ name, reason }) => [name, reason])

describe('Of the files that are given', () => {
  it('recordings are taken, by their type or their ending', () => {
    const all = [
      found('a', { type: 'audio/mpeg' }),
      found('b.mov', { type: 'video/quicktime' }),
      found('C.OPUS', { isInFolder: true }),
    ]

    expect(sortOut(all)).toEqual({ files: all.map(({ file }) => file), skipped: [] })
  })

  it('what was named by itself is taken where nothing speaks against it', () => {
    const unknown = found('lesson', { type: 'application/octet-stream' })
    const sameInFolder = found('lesson', { isInFolder: true })

    expect(sortOut([unknown]).files).toHaveLength(1)
    expect(reasons(sameInFolder)).toEqual([['lesson', 'other']])
  })

  it('each of the others is left out with its reason', () => {
    expect(
      reasons(
        found('plan.pdf', { type: 'application/pdf' }),
        found('empty.mp3', { size: 0 }),
        found('huge.mp3', { size: LARGEST_BYTES + 1 }),
        found('most.mp3', { size: LARGEST_BYTES }),
        found('._a.mp3', { isInFolder: true, path: 'term/._a.mp3' }),
        found('b.mp3', { isInFolder: true, path: 'term/.trash/b.mp3' }),
      ),
    ).toEqual([
      ['plan.pdf', 'other'],
      ['empty.mp3', 'empty'],
      ['huge.mp3', 'tooLarge'],
      ['._a.mp3', 'hidden'],
      ['b.mp3', 'hidden'],
    ])
  })
})
