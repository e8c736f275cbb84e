/** Under which keys drafts are kept in the browser. */

const PREFIX = 'lectern.edit.'

export function keyOfDraft(at: { lessonId: number; position: number }): string {
  return `${PREFIX}${String(at.lessonId)}.${String(at.position)}`
}

/** The keys of all drafts that this browser has, whichever tab wrote them. */
export function listDraftKeys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
}
