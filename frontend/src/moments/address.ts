/**
 * Where something begins, in seconds, as addresses name it: to the hundredth, and never before, where
 * what was said until then would be shown instead.
 */
export function placeInAddress(seconds: number): number {
  // 65.4 * 100 is a little more than 6540.
  return Math.ceil(Number((seconds * 100).toFixed(3))) / 100
}
