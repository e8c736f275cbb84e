import type { Paragraph } from './paragraphs'

/** What a page asks of the transcript that it shows. */
export interface Pane {
  /** Show a segment as the page opens. */
  arrive: (position: number) => Promise<void>
  /** Bring a segment into sight, if it is not. */
  reveal: (position: number, word?: number | null) => Promise<void>
  /** Begin to walk by the keyboard. */
  enter: () => void
  focusSegment: (position: number) => Promise<void>
  readonly paragraphs: readonly Paragraph[]
}
