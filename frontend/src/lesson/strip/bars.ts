import type { LessonText } from '../transcript/LessonText'

/** The share of each of so many equal stretches of a recording in which somebody speaks, 0 to 1. */
export function speechShares(text: LessonText, duration: number, n: number): number[] {
  const shares = new Array<number>(Math.max(0, n)).fill(0)
  if (duration <= 0) return shares
  const perBar = duration / n
  for (const { start, end } of text.segments) {
    const last = Math.min(n - 1, Math.floor(end / perBar))
    for (let bar = Math.max(0, Math.floor(start / perBar)); bar <= last; bar += 1) {
      const overlap = Math.min(end, (bar + 1) * perBar) - Math.max(start, bar * perBar)
      shares[bar] = Math.min(1, (shares[bar] ?? 0) + Math.max(0, overlap) / perBar)
    }
  }
  return shares
}

/** Upright bars, one for each share, as the outline of an SVG path. */
export function drawBars(shares: readonly number[], width: number, height: number): string {
  const pitch = width / Math.max(1, shares.length)
  const thickness = Math.max(1, pitch - 1)
  const silence = 2
  return shares
    .map((share, bar) => {
      const tall = Math.max(silence, share * height)
      const x = round(bar * pitch)
      const y = round((height - tall) / 2)
      return `M${x} ${y}h${round(thickness)}v${round(tall)}h-${round(thickness)}z`
    })
    .join('')
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}
