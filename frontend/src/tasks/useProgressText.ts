import { useI18n } from 'vue-i18n'
import type { TaskDoing, TaskPublic } from '@/api/tasks'
import { formatTime, useFormats } from '@/i18n/useFormats'
import { hasNotAdvanced } from './kinds'
import { useStageWords } from './stages'

/** What a task does, how far it is and how long that still takes, in the language of the pages. */
export function useProgressText() {
  const { t } = useI18n()
  const { formatLength, formatNumber } = useFormats()
  const { titleOf, doingOf } = useStageWords()

  function progressText({ doing, progress_message: message }: TaskPublic): string {
    switch (doing?.code) {
      case 'beginning':
        return t('tasks.beginning')
      case 'working':
        return working(doing)
      case 'between-stages':
        return t('tasks.next', { stage: titleOf(doing.stage ?? '') })
      case 'worker-stopped':
        return t('tasks.workerStopped')
      case 'worker-died':
        return t('tasks.workerDied', { worker: doing.worker ?? '' })
      default:
        return message ?? '' // of another program
    }
  }

  function working(doing: TaskDoing): string {
    const { stage, seconds_left: left } = doing
    const far = hasNotAdvanced(doing)
      ? doingOf(stage ?? '')
      : t('tasks.doing', { doing: doingOf(stage ?? ''), amount: amountOf(doing) })
    return left === null ? far : [far, leftText(left)].join(', ')
  }

  function amountOf({ done, total, unit }: TaskDoing): string {
    const format = unit === 's' ? formatTime : formatNumber
    const parts = { done: format(done ?? 0), total: format(total ?? 0) }
    const share = total === null ? parts.done : t('tasks.share', parts)
    return unit === 'segments' || unit === 'parts' ? t(`tasks.amounts.${unit}`, { share }) : share
  }

  function leftText(seconds: number): string {
    return t('tasks.stageLeft', { length: formatLength(Math.max(1, seconds)) })
  }

  /** Who goes on where workers died over a task; "" where none did. */
  function crashText({ crashes, status, worker }: TaskPublic): string {
    if (crashes === 0 || status !== 'running' || worker === null) return ''
    return t('tasks.crashes', { n: crashes, worker }, crashes)
  }

  return { progressText, crashText }
}
