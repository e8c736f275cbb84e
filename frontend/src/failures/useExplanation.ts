import { useI18n } from 'vue-i18n'
import type { Failure } from '@/api/failure'

export interface Explanation {
  /** What happened. */
  message: string
  /** What to do next; "" where there is nothing to say. */
  action: string
}

/**
 * What a failure says to a person, in the language of the pages. The texts are found by the
 * failure's code; of those that have none there, the server's own sentence stands. What the server
 * says is to be done is for programs, and is not shown.
 */
export function useExplanation() {
  const { t, te } = useI18n()

  function find(key: string, failure: Failure): string | null {
    return te(key) || te(key, 'en') ? t(key, { id: failure.requestId ?? '–' }) : null
  }

  function explain(failure: Failure): Explanation {
    const { code, status } = failure
    const general = status >= 500 ? 'serverFault' : failure.retryable ? 'later' : 'request'
    return {
      message: find(`failures.messages.${code}`, failure) ?? failure.message,
      action:
        find(`failures.actions.${code}`, failure) ??
        find(`failures.actions.${general}`, failure) ??
        '',
    }
  }

  return { explain }
}
