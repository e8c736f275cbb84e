import { useI18n } from 'vue-i18n'
import type { Failure } from '@/api/failure'

export interface Explanation {
  /** What happened. */
  message: string
  /** What to do next; "" where there is nothing to say. */
  action: string
  /** What only the server knows, such as which file it is about. */
  facts: string[]
}

type Facts = Readonly<Record<string, unknown>>

/**
 * What a failure says to a person, in the language of the pages. The texts are found by the
 * failure's code; of those that have none there, the server's own sentence stands. What the server
 * says is to be done is for programs, and is not shown.
 */
export function useExplanation() {
  const { t, te } = useI18n()

  function find(key: string, gaps: Record<string, unknown> = {}): string | null {
    return te(key) ? t(key, gaps) : null
  }

  function explain({ code, status, retryable, message, requestId, facts }: Failure): Explanation {
    const general = status >= 500 ? 'serverFault' : retryable ? 'later' : 'request'
    const gaps = { id: requestId ?? '–' }
    return {
      message: find(`failures.messages.${code}`, gaps) ?? message,
      action:
        find(`failures.actions.${code}`, gaps) ?? find(`failures.actions.${general}`, gaps) ?? '',
      facts: tellFacts(facts),
    }
  }

  /** Why a task ended before its time; null: there are no words for it here. */
  function explainTask(code: string, facts: Facts = {}): Explanation | null {
    const [message, action] = ['messages', 'actions'].map(
      (kind) => find(`failures.tasks.${kind}.${code}`) ?? find(`failures.${kind}.${code}`),
    )
    return message ? { message, action: action ?? '', facts: tellFacts(facts) } : null
  }

  /** The same in one line, or what the server says where there are no words for the code. */
  function explainBriefly(code: string | null, facts: Facts | null, said: string | null): string {
    const known = explainTask(code ?? '', facts ?? {})
    return known ? [known.message, known.action, ...known.facts].join(' ') : (said ?? '')
  }

  function tellFacts(facts: Facts): string[] {
    return Object.entries(facts).flatMap(([name, value]) =>
      value === '' ? [] : (find(`failures.facts.${name}`, { value }) ?? []),
    )
  }

  return { explain, explainTask, explainBriefly }
}
