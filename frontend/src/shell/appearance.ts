import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'
import { chooseLanguage, LANGUAGES } from '@/i18n/languages'

export type Theme = 'system' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['system', 'light', 'dark']
export const AS_THE_BROWSER = 'system'

/** The colours of the browser's own bars, which are those of the page: --paper. */
const PAPER = { light: '#fbfaf7', dark: '#16171a' }

/** Theme and language, as chosen in this browser. public/theme.js reads the former, too. */
export const useAppearance = defineStore('appearance', () => {
  const theme = useLocalStorage<Theme>('lectern.theme', 'system')
  const chosenLanguage = useLocalStorage('lectern.language', AS_THE_BROWSER)

  const language = computed(() =>
    chooseLanguage(
      LANGUAGES.includes(chosenLanguage.value) ? [chosenLanguage.value] : navigator.languages,
    ),
  )

  watchEffect(() => {
    showTheme(THEMES.includes(theme.value) ? theme.value : 'system')
  })

  return { theme, chosenLanguage, language }
})

function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = theme === 'system' ? PAPER[ofMedia(meta)] : PAPER[theme]
  }
}

function ofMedia(meta: HTMLMetaElement): 'light' | 'dark' {
  return meta.media.includes('dark') ? 'dark' : 'light'
}
