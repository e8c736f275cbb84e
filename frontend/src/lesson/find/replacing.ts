import type { Places, SegmentWithPlaces } from '@/api/edits'

/** One place in which words would be replaced, with what is around it. */
export interface Place {
  key: string
  segment: number
  start: number
  before: string
  found: string
  newText: string
  after: string
}

/** So many characters around a place tell where it is. */
const AROUND = 40

/** Every place by itself, so that each can be looked at and left out. */
export function placesOf({ items }: Places): Place[] {
  return items.flatMap(({ segment, start, pieces }) =>
    pieces.flatMap((piece, number) =>
      piece.new_text === null
        ? []
        : [
            {
              key: keyOf(segment, number),
              segment,
              start,
              before: endOf(pieces.slice(0, number).map(({ text }) => text)),
              found: piece.text,
              newText: piece.new_text,
              after: beginningOf(pieces.slice(number + 1).map(({ text }) => text)),
            },
          ],
    ),
  )
}

function keyOf(segment: number, piece: number): string {
  return `${String(segment)}.${String(piece)}`
}

function endOf(texts: string[]): string {
  const characters = [...texts.join('')]
  return (characters.length > AROUND ? '…' : '') + characters.slice(-AROUND).join('')
}

function beginningOf(texts: string[]): string {
  const characters = [...texts.join('')]
  return characters.slice(0, AROUND).join('') + (characters.length > AROUND ? '…' : '')
}

/** The segments' new texts, without the places that are left out. */
export function changesOf({ items }: Places, leftOut: ReadonlySet<string>) {
  return items.flatMap((item) => {
    const isAnyIn = item.pieces.some(
      ({ new_text }, number) => new_text !== null && !leftOut.has(keyOf(item.segment, number)),
    )
    return isAnyIn
      ? [{ segment: item.segment, version: item.version, text: textOf(item, leftOut) }]
      : []
  })
}

function textOf({ segment, pieces }: SegmentWithPlaces, leftOut: ReadonlySet<string>): string {
  return pieces
    .map(({ text, new_text }, number) =>
      new_text === null || leftOut.has(keyOf(segment, number)) ? text : new_text,
    )
    .join('')
}
