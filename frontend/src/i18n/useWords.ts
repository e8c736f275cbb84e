import { useI18n } from 'vue-i18n'
import type { Words } from '@/api/preferences'
import { FALLBACK } from '@/i18n/languages'

/** Says what the server has words for, in the language of the pages. */
export function useWords(): (words: Words) => string {
  const { locale } = useI18n()
  return (words) => {
    const known: Record<string, string | undefined> = { ...words }
    return known[locale.value] ?? known[FALLBACK] ?? ''
  }
}
