import type { SearchableChoice } from '@/ui/choices'

/** The languages that Whisper hears, by their ISO 639 codes. */
const SPOKEN =
  'af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha he hi hr ht ' +
  'hu hy id is it ja jv ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa ' +
  'pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh'

export function nameOfSpoken(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code
  } catch {
    return code // another program has written what no code can be
  }
}

/** All of them by their names, in the order of the names; `also` is one that must be there. */
export function listSpoken(locale: string, also: string | null): SearchableChoice[] {
  const codes = new Set(SPOKEN.split(' '))
  if (also) codes.add(also)
  const byName = new Intl.Collator(locale)
  return [...codes]
    .map((code) => ({ value: code, label: nameOfSpoken(code, locale), about: code }))
    .sort((one, other) => byName.compare(one.label, other.label))
}
