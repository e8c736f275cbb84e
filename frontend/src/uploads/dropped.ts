/** What is in a drop: files, and those in folders, however deep. */

import type { Found, Skipped } from './choosing'
import { isLeftAlone } from './leftAlone'

export interface Dropped {
  found: Found[]
  /** Folders and files that cannot be looked into, and those that are left alone. */
  skipped: Skipped[]
}

/** To be called while the event is under way: afterwards nothing is left of it. */
export function gather({ items, files }: DataTransfer): Promise<Dropped> {
  // A folder comes as a file, too, which cannot be read.
  const kept = [...items].filter(({ kind }) => kind === 'file')
  const entries = [...files].map((file, place) => {
    const entry = kept[place]?.webkitGetAsEntry()
    return entry?.isDirectory ? entry : file
  })
  return walkAll(entries, false)
}

async function walkAll(
  entries: readonly (FileSystemEntry | File)[],
  isInFolder: boolean,
): Promise<Dropped> {
  const walks = await Promise.all(entries.map((entry) => walk(entry, isInFolder)))
  return {
    found: walks.flatMap(({ found }) => found),
    skipped: walks.flatMap(({ skipped }) => skipped),
  }
}

async function walk(entry: FileSystemEntry | File, isInFolder: boolean): Promise<Dropped> {
  if (entry instanceof File) return { found: [{ file: entry, isInFolder }], skipped: [] }
  const { name } = entry
  if (isInFolder && isLeftAlone(name)) return left(name, 'hidden')
  try {
    if (!entry.isDirectory) {
      const file = await fileOf(entry as FileSystemFileEntry)
      return { found: [{ file, isInFolder }], skipped: [] }
    }
    return await walkAll(await contentOf(entry as FileSystemDirectoryEntry), true)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return left(name, 'unreadable')
  }
}

function left(name: string, reason: Skipped['reason']): Dropped {
  return { found: [], skipped: [{ name, reason }] }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject)
  })
}

/** By their names, as people number them: browsers give about a hundred at a time, in any order. */
async function contentOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const content: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) break
    content.push(...some)
  }
  return content.sort((one, other) => one.name.localeCompare(other.name, [], { numeric: true }))
}
