import { useI18n } from 'vue-i18n'
import { useExplanation } from '@/failures/useExplanation'
import { formatTime } from '@/i18n/useFormats'
import type { Notice } from './kinds'

const TIMES = new Set(['seconds', 'promised'])

/** What the stages of a task remarked on, in the language of the pages. */
export function useNoticeText() {
  const { t, te } = useI18n()
  const { explainBriefly } = useExplanation()

  return function noticeText({ code, text, facts }: Notice): string {
    const key = `tasks.notices.${code}`
    if (code === '' || !te(key)) return text
    const gaps = Object.entries(facts).map(([name, value]) => [
      name,
      TIMES.has(name) ? formatTime(Number(value)) : value,
    ])
    const said = t(key, Object.fromEntries(gaps) as Record<string, unknown>, Number(facts.n ?? 1))
    const why = typeof facts.cause === 'string' ? explainBriefly(facts.cause, facts, '') : ''
    return [said, why].filter(Boolean).join(' ')
  }
}
