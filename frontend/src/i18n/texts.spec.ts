import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseLanguage, directionOf, FALLBACK, LANGUAGES, readTexts } from './languages'

const SOURCES = join(process.cwd(), 'src')
/** `t('library.title')`, and the fixed beginning of `t(`library.states.${state}`)`. */
const USED_KEY = /\bt\(\s*(['`])([\w.-]+)/g

function keysOf(texts: object, before = ''): Map<string, string> {
  const keys = new Map<string, string>()
  for (const [name, value] of Object.entries(texts) as [string, unknown][]) {
    if (typeof value === 'string') keys.set(before + name, value)
    else keysOf(value as object, `${before}${name}.`).forEach((text, key) => keys.set(key, text))
  }
  return keys
}

function gapsOf(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort()
}

function* sourceFiles(): Generator<string> {
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    if (/\.(vue|ts)$/.test(name) && !name.endsWith('.spec.ts')) yield join(SOURCES, name)
  }
}

describe('the texts', () => {
  it('are there in English and French', () => {
    expect(LANGUAGES).toEqual(expect.arrayContaining(['en', 'fr']))
  })

  it.each(LANGUAGES)('of %s have the keys and gaps of the English ones', async (language) => {
    const english = keysOf(await readTexts(FALLBACK))
    const own = keysOf(await readTexts(language))

    expect([...own.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [key, text] of own) {
      expect(text.trim(), key).not.toBe('')
      expect(gapsOf(text), key).toEqual(gapsOf(english.get(key) ?? ''))
    }
  })

  it('of French keep its signs with their words', async () => {
    for (const [key, text] of keysOf(await readTexts('fr'))) {
      expect(text, key).not.toMatch(/ [:;?!»]|« /)
    }
  })

  it.each(LANGUAGES)('of %s speak of no command line', async (language) => {
    for (const [key, text] of keysOf(await readTexts(language))) {
      expect(text, key).not.toMatch(/`|\blectern [a-z]|--[a-z]|config\.yaml|HF_ENDPOINT/)
    }
  })

  it('are asked for in the language of the pages, the only one that is fetched', () => {
    for (const path of sourceFiles()) {
      expect(readFileSync(path, 'utf8'), path).not.toMatch(/\bte?\([^()]*, '[a-z]{2}'\)/)
    }
  })

  it('have every key that is used', async () => {
    const keys = [...keysOf(await readTexts(FALLBACK)).keys()]
    for (const path of sourceFiles()) {
      for (const [, quote, used = ''] of readFileSync(path, 'utf8').matchAll(USED_KEY)) {
        const isThere =
          quote === "'" ? keys.includes(used) : keys.some((key) => key.startsWith(used))
        expect(isThere, `${used} in ${path}`).toBe(true)
      }
    }
  })
})

describe('the language', () => {
  it('is the first that the browser wants and that there is', () => {
    expect(chooseLanguage(['de-AT', 'fr-CA', 'en'])).toBe('fr')
    expect(chooseLanguage(['de'])).toBe('en')
  })

  it('says in which direction it is read', () => {
    expect(directionOf('fr')).toBe('ltr')
    expect(directionOf('he')).toBe('rtl')
    expect(directionOf('ar-EG')).toBe('rtl')
  })
})
