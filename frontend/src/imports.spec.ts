import { describe, expect, it } from 'vitest'

const sources = import.meta.glob<string>('./**/*.{ts,vue}', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** What is imported by name or when it is needed, and what is passed on. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'((?:@|\.{1,2})\/[^']+)'/g

/** The address that an import leads to, as the sources are named here. */
function resolve(from: string, imported: string): string | undefined {
  const base = new URL(from, 'file:///src/')
  const { pathname } = imported.startsWith('@/')
    ? new URL(imported.slice(2), 'file:///src/')
    : new URL(imported, base)
  const name = pathname.replace('/src/', './')
  return [name, `${name}.ts`].find((each) => each in sources)
}

function importsOf(file: string): string[] {
  const found = (sources[file] ?? '').matchAll(IMPORT)
  return [...found].flatMap(([, imported = '']) => resolve(file, imported) ?? [])
}

/** The first way that leads back to where it began; empty where there is none. */
function findCycle(files: readonly string[], next: (file: string) => string[]): string[] {
  const isThrough = new Set<string>()
  const way: string[] = []

  function walk(file: string): string[] {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (isThrough.has(file)) return []
    way.push(file)
    for (const each of next(file)) {
      const cycle = walk(each)
      if (cycle.length > 0) return cycle
    }
    way.pop()
    isThrough.add(file)
    return []
  }

  for (const file of files) {
    const cycle = walk(file)
    if (cycle.length > 0) return cycle
  }
  return []
}

describe('The sources', () => {
  it('import one another in one direction', () => {
    const files = Object.keys(sources)
    expect(importsOf('./main.ts')).toContain('./shell/AppShell.vue')
    expect(importsOf('./editing/leftBehind.ts')).toContain('./editing/drafts.ts')

    expect(findCycle(files, importsOf)).toEqual([])
  })

  it('are searched for cycles of any length', () => {
    const imports: Record<string, string[]> = { a: ['b', 'c'], b: ['c'], c: ['d'], d: [] }
    expect(findCycle(Object.keys(imports), (file) => imports[file] ?? [])).toEqual([])

    const round: typeof imports = { ...imports, d: ['b'] }
    expect(findCycle(Object.keys(round), (file) => round[file] ?? [])).toEqual(['b', 'c', 'd', 'b'])
  })
})
