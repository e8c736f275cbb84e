/** Names of what is nobody's recording: unfinished files, and what systems keep for themselves. */

import names from '../../../backend/uploads/left_alone.json'

const PATTERN = new RegExp(names.pattern)

export function isLeftAlone(name: string): boolean {
  const lower = name.toLowerCase()
  return (
    names.names.includes(lower) ||
    names.beginnings.some((beginning) => lower.startsWith(beginning)) ||
    names.endings.some((ending) => lower.endsWith(ending)) ||
    PATTERN.test(lower)
  )
}
