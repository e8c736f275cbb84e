/**
 * The languages of the pages.
 *
 * Every feature has its texts in its own folder, `<feature>/texts/<language>.json`; they are found
 * under the feature's name: `library.title`. A language is there as soon as its files are.
 */

import { createI18n, type I18n } from 'vue-i18n'

export const FALLBACK = 'en'
const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'])

type Texts = Record<string, unknown>
type Load = () => Promise<Texts>

const FILES = import.meta.glob<Texts>('../*/texts/*.json', { import: 'default' })

/** By language, then by feature, what loads the texts. */
const TEXTS = new Map<string, Map<string, Load>>()
for (const [path, load] of Object.entries(FILES)) {
  const [, feature, , language] = /([^/]+)\/(texts)\/([^/]+)\.json$/.exec(path) ?? []
  if (feature === undefined || language === undefined) continue
  if (!TEXTS.has(language)) TEXTS.set(language, new Map())
  TEXTS.get(language)?.set(feature, load)
}

export const LANGUAGES: readonly string[] = [...TEXTS.keys()].sort()

/** The first of the wanted languages that there is, or English. */
export function chooseLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const found = [tag, tag.split('-')[0] ?? tag].find((each) => LANGUAGES.includes(each))
    if (found !== undefined) return found
  }
  return FALLBACK
}

/** What a language calls itself. */
export function nameOfLanguage(language: string): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
}

export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(language.split('-')[0] ?? language) ? 'rtl' : 'ltr'
}

export async function readTexts(language: string): Promise<Texts> {
  const loads = [...(TEXTS.get(language) ?? [])]
  const read = loads.map(async ([feature, load]) => [feature, await load()] as const)
  return Object.fromEntries(await Promise.all(read))
}

export function createTexts(language: string, messages: Record<string, Texts>) {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: FALLBACK,
    messages: messages as Record<string, never>,
  })
}

export type Texted = ReturnType<typeof createTexts> & I18n

/** Read a language's texts, if they are not there yet, and show the pages in it. */
export async function speak(i18n: ReturnType<typeof createTexts>, language: string): Promise<void> {
  const { availableLocales, setLocaleMessage, locale } = i18n.global
  // No other language besides: each has all texts (`texts.spec.ts`).
  if (!availableLocales.includes(language as never)) {
    setLocaleMessage(language, (await readTexts(language)) as never)
  }
  locale.value = language as never
  document.documentElement.lang = language
  document.documentElement.dir = directionOf(language)
}
