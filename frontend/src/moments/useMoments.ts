import { onBeforeUnmount, onDeactivated, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/ui/toasts'
import { useMomentPlayer } from './player'

/** The player of moments, for a page that shows some: it ends with the page, and says what fails. */
export function useMoments() {
  const { t } = useI18n()
  const toasts = useToasts()
  const player = useMomentPlayer()
  watch(
    () => player.hasFailed,
    (hasFailed) => {
      if (hasFailed) toasts.show(t('moments.failed'), { look: 'danger' })
    },
  )
  onDeactivated(player.stop)
  onBeforeUnmount(player.stop)
  return player
}
