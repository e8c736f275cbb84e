import { diffArrays } from 'diff'
import type { LessonText } from './LessonText'
import { displayWords } from './words'

/** A run of words of a segment: as it stayed, as it was taken out, or as it was put in. */
export interface Piece {
  text: string
  kind: 'same' | 'removed' | 'added'
}

/** What correction and people made of a segment, word by word: case and punctuation count. */
export function compareWords(before: string, after: string): Piece[] {
  const runs = diffArrays(displayWords(before), displayWords(after))
  return runs.map((run) => ({
    text: run.value.join(' '),
    kind: run.removed ? 'removed' : run.added ? 'added' : 'same',
  }))
}

/** The segments that are not as they were heard. */
export function changedSegments(heard: LessonText, corrected: LessonText): number[] {
  if (heard.length !== corrected.length) return []
  const changed: number[] = []
  for (let position = 0; position < heard.length; position += 1) {
    const [before, after] = [heard.segment(position).text, corrected.segment(position).text]
    if (before !== after && heard.shown(position) !== corrected.shown(position)) {
      changed.push(position)
    }
  }
  return changed
}
