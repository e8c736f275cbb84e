import '@/styles/base.css'
import { createPinia } from 'pinia'
import { createApp, watch } from 'vue'
import { createWebHistory } from 'vue-router'
import { sendLeftBehind } from '@/editing/leftBehind'
import { createTexts, speak } from '@/i18n/languages'
import { takeTokenFromAddresses } from '@/owner/token'
import { reloadAfterUpgrades } from '@/reload'
import { createPages, loadPagesAhead } from '@/router'
import { useAppearance } from '@/shell/appearance'
import AppShell from '@/shell/AppShell.vue'

/** By then the first page is there. */
const AHEAD_MS = 1500

async function start(): Promise<void> {
  const pinia = createPinia()
  const appearance = useAppearance(pinia)
  const i18n = createTexts(appearance.language, {})
  const router = createPages(createWebHistory())
  takeTokenFromAddresses(router)
  reloadAfterUpgrades(router)
  const app = createApp(AppShell).use(pinia).use(i18n).use(router)
  await speak(i18n, appearance.language)
  watch(
    () => appearance.language,
    (language) => void speak(i18n, language),
  )
  app.mount('#app')
  window.setTimeout(loadPagesAhead, AHEAD_MS)
  window.setTimeout(() => void sendLeftBehind(pinia), AHEAD_MS)
}

void start()
