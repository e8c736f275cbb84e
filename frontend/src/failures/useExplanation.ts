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

  function find(key: string, requestId: string | null = null): string | null {
    return te(key) || te(key, 'en') ? t(key, { id: requestId ?? '–' }) : null
  }

  function explain({ code, status, retryable, message, requestId }: Failure): Explanation {
    const general = status >= 500 ? 'serverFault' : retryable ? 'later' : 'request'
    return {
      message: find(`failures.messages.${code}`, requestId) ?? message,
      action:
        find(`failures.actions.${code}`, requestId) ??
        find(`failures.actions.${general}`, requestId) ??
        '',
    }
  }

  /** Why a task ended before its time; null: there are no words for it here. */
  function explainTask(code: string): Explanation | null {
    const [message, action] = ['messages', 'actions'].map(
      (kind) => find(`failures.tasks.${kind}.${code}`) ?? find(`failures.${kind}.${code}`),
    )
    return message ? { message, action: action ?? '' } : null
  }

  return { explain, explainTask }
}
