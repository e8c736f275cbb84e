/**
 * Where something begins, in seconds, as addresses name it: to the hundredth, and never before, where
 * what was said until then would be shown instead.
 */
export function placeInAddress(seconds: number): number {
  return Math.ceil(seconds * 100) / 100
}
