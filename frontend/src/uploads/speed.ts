/** How fast bytes go out, over the last seconds, so that a figure neither jumps nor lags. */

const WINDOW_MS = 6000
/** Less says nothing yet. */
const LEAST_MS = 800

export class Speedometer {
  private samples: { at: number; bytes: number }[] = []

  /** So many bytes in all have gone out by now. */
  note(bytes: number, at: number): void {
    this.samples.push({ at, bytes })
    // One sample older than the window stays, so that slow ones are measured, too.
    while ((this.samples[1]?.at ?? at) < at - WINDOW_MS) this.samples.shift()
  }

  get bytesPerSecond(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)]
    if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null
    return Math.max(0, ((last.bytes - first.bytes) / (last.at - first.at)) * 1000)
  }
}
