import { toValue, watchEffect, type MaybeRefOrGetter, onActivated, onDeactivated, ref } from 'vue'

const APP_NAME = 'Lectern'

/** Name the page in the browser's tab and history, for as long as it is shown. */
export function usePageTitle(title: MaybeRefOrGetter<string>): void {
  const isShown = ref(true)
  onActivated(() => (isShown.value = true))
  onDeactivated(() => (isShown.value = false))
  watchEffect(() => {
    const named = toValue(title)
    if (isShown.value) document.title = named ? `${named} – ${APP_NAME}` : APP_NAME
  })
}
