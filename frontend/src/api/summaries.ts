/** Summaries that people edit, and the history of that. */

import { client, ifMatch, take } from './client'
import type { Summary, SummaryEditPublic } from './schema'

export type { Summary, SummaryEditPublic } from './schema'

export interface SummaryTexts {
  brief?: string
  summary?: string
}

const etagOf = (version: string) => ifMatch(`"${version}"`)

/** Decide what a summary says; `version` is that of the summary that was read. */
export function changeSummary(
  lessonId: number,
  change: SummaryTexts & { editor: string },
  version: string,
): Promise<Summary> {
  return take(
    client.PATCH('/api/v1/lessons/{lesson_id}/summary', {
      params: { path: { lesson_id: lessonId }, header: etagOf(version) },
      body: change,
    }),
  )
}

/** All edits of a summary, the newest first. */
export async function getSummaryHistory(lessonId: number): Promise<SummaryEditPublic[]> {
  const path = { lesson_id: lessonId }
  const address = '/api/v1/lessons/{lesson_id}/summary/history'
  return (await take(client.GET(address, { params: { path } }))).items
}

/** Give a part what stood there before an edit. */
export function undoSummaryEdit(
  edit: { lessonId: number; editId: number },
  editor: string,
  version: string,
): Promise<Summary> {
  return take(
    client.POST('/api/v1/lessons/{lesson_id}/summary/edits/{edit_id}/undo', {
      params: {
        path: { lesson_id: edit.lessonId, edit_id: edit.editId },
        header: etagOf(version),
      },
      body: { editor },
    }),
  )
}
