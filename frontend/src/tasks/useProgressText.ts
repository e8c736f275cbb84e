import { useI18n } from 'vue-i18n'
import type { TaskPublic } from '@/api/tasks'

/** How workers say how far they are: "Transcribing: 0:30 of 2:45.", "Correcting: 3 of 20 segments." */
const SAID =
  /^(Transcribing|Correcting|Summarising): ([\d:]+)(?: of ([\d:]+))?(?: (segments|parts))?\.$/
const STAGES: Record<string, string> = {
  Transcribing: 'transcription',
  Correcting: 'correction',
  Summarising: 'summary',
}

/** A task's progress in a sentence, in the language of the pages where it is one of the usual ones. */
export function useProgressText() {
  const { t } = useI18n()

  return function progressText({ progress_message: message }: TaskPublic): string {
    const [, verb, done, total, unit] = SAID.exec(message ?? '') ?? []
    const stage = STAGES[verb ?? '']
    if (stage === undefined || done === undefined) return message ?? ''
    const share = total === undefined ? done : t('tasks.share', { done, total })
    const amount = unit === undefined ? share : t(`tasks.amounts.${unit}`, { share })
    return t(`tasks.doing.${stage}`, { amount })
  }
}
