import { describe, expect, it } from 'vitest'
import { LARGEST_BYTES } from '@/api/uploads'
import { sortOut } from './choosing'
import { gather } from './dropped'

function aFile(name: string, type = 'audio/mpeg', size = 10): File {
  const file = new File(['x'], name, { type, lastModified: 5 })
  Object.defineProperty(file, 'size', { value: size })
  return file
}

type Entry = Pick<FileSystemEntry, 'name' | 'isDirectory'>

function fileEntry(file: File): Entry {
  return Object.assign({ name: file.name, isDirectory: false }, { file: take(file) })
}

const take = (file: File) => (found: (file: File) => void) => found(file)

/** As browsers give it: a part at a time, and nothing when there is no more. */
function folderEntry(name: string, ...content: Entry[]): Entry {
  const createReader = () => {
    const parts = [content.slice(0, 2), content.slice(2), []]
    return { readEntries: (found: (some: Entry[]) => void) => found(parts.shift() ?? []) }
  }
  return Object.assign({ name, isDirectory: true }, { createReader })
}

function closedEntry(name: string): Entry {
  const readEntries = (_: unknown, failed: (error: DOMException) => void) =>
    failed(new DOMException('no', 'NotReadableError'))
  return Object.assign({ name, isDirectory: true }, { createReader: () => ({ readEntries }) })
}

function dropOf(...entries: Entry[]): DataTransfer {
  const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry }))
  const files = entries.map((entry) => aFile(entry.name, ''))
  return { items, files } as unknown as DataTransfer
}

describe('a dropped folder', () => {
  it('is walked, however deep, in the order of its names', async () => {
    const inner = folderEntry('week 2', fileEntry(aFile('2.mp3')))
    const lessons = [aFile('10.mp3'), aFile('2.mp3'), aFile('1.mp3')].map(fileEntry)

    const { found } = await gather(dropOf(folderEntry('Biology', ...lessons, inner)))

    expect(found.map(({ file }) => file.name)).toEqual(['1.mp3', '2.mp3', '10.mp3', '2.mp3'])
    expect(found.every(({ isInFolder }) => isInFolder)).toBe(true)
  })

  it('may hold what is left alone', async () => {
    const content = [
      ...[fileEntry(aFile('.DS_Store', '')), folderEntry('.git', fileEntry(aFile('1.mp3')))],
      ...[closedEntry('secret'), fileEntry(aFile('plan.pdf', 'application/pdf'))],
      ...[fileEntry(aFile('old.mka', '')), fileEntry(aFile('README', ''))],
      folderEntry('#Recycle', fileEntry(aFile('removed.mp3'))),
      ...[fileEntry(aFile('half.mp3.filepart')), fileEntry(aFile('half.mp4.part-Frag3'))],
    ]

    const { found, skipped } = await gather(dropOf(folderEntry('Biology', ...content)))
    const sorted = sortOut(found)

    expect(sorted.files.map(({ name }) => name)).toEqual(['old.mka'])
    expect([...skipped, ...sorted.skipped].sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: '.DS_Store', reason: 'hidden' },
      { name: '.git', reason: 'hidden' },
      { name: '#Recycle', reason: 'hidden' },
      { name: 'half.mp3.filepart', reason: 'hidden' },
      { name: 'half.mp4.part-Frag3', reason: 'hidden' },
      { name: 'plan.pdf', reason: 'other' },
      { name: 'README', reason: 'other' },
      { name: 'secret', reason: 'unreadable' },
    ])
  })
})

describe('files', () => {
  it.each([
    ['notes.pdf', 'application/pdf', 10, 'other'],
    ['empty.mp3', 'audio/mpeg', 0, 'empty'],
    ['huge.mp3', 'audio/mpeg', LARGEST_BYTES + 1, 'tooLarge'],
  ])('such as %s are left out', (name, type, size, reason) => {
    const { files, skipped } = sortOut([{ file: aFile(name, type, size), isInFolder: false }])

    expect(files).toEqual([])
    expect(skipped).toEqual([{ name, reason }])
  })

  it('of a kind that the browser does not know are sent where they were named one by one', () => {
    const file = aFile('dictation', '')

    expect(sortOut([{ file, isInFolder: false }]).files).toEqual([file])
  })

  it.each(['Biology/.cache/1.mp3', '$RECYCLE.BIN/1.mp3', 'Biology/@eaDir/1.mp3', 'a/1.mp3~'])(
    'of a chosen folder are left alone where one of their folders is: %s',
    (path) => {
      const file = aFile('1.mp3')
      Object.defineProperty(file, 'webkitRelativePath', { value: path })

      expect(sortOut([{ file, isInFolder: true }]).skipped).toEqual([
        { name: '1.mp3', reason: 'hidden' },
      ])
    },
  )
})
