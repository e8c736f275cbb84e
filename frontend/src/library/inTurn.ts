import { asFailure, type Failure } from '@/api/failure'

const AT_ONCE = 4

export interface Outcome<T> {
  done: T[]
  /** Of the first that did not work. */
  failure: Failure | null
}

/** Do something with each, a few at once; one that fails does not stop the others. */
export async function doWithEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
): Promise<Outcome<T>> {
  const waiting = [...items]
  const outcome: Outcome<T> = { done: [], failure: null }
  async function work(): Promise<void> {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await act(item)
        outcome.done.push(item)
      } catch (error) {
        outcome.failure ??= asFailure(error)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return outcome
}
