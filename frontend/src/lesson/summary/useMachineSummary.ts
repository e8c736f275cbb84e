import { ref } from 'vue'
import { asFailure } from '@/api/failure'
import { getSummaryHistory, undoSummaryEdit, type Summary } from '@/api/summaries'
import { useExplanation } from '@/failures/useExplanation'
import { useOwnName } from '@/people/ownName'
import { useToasts } from '@/ui/toasts'

/** Gives a summary that people have written back to the machine; that is an edit as well. */
export function useMachineSummary(taken: (summary: Summary) => unknown) {
  const own = useOwnName()
  const toasts = useToasts()
  const { explain } = useExplanation()
  const isBusy = ref(false)

  async function take(summary: Summary): Promise<void> {
    isBusy.value = true
    try {
      taken(await undoAll(summary))
    } catch (error) {
      toasts.show(explain(asFailure(error)).message, { look: 'danger' })
    } finally {
      isBusy.value = false
    }
  }

  async function undoAll(summary: Summary): Promise<Summary> {
    const { lesson_id: lessonId } = summary
    const history = await getSummaryHistory(lessonId)
    let present = summary
    for (const { part } of summary.edited) {
      // What stood before the first of a person's edits was the machine's.
      const first = history.find((edit) => edit.part === part && !edit.before_by_person)
      if (first === undefined) continue
      present = await undoSummaryEdit({ lessonId, editId: first.id }, own.name, present.version)
    }
    return present
  }

  return { isBusy, take }
}
