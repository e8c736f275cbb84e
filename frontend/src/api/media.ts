/** Where a lesson's recording is, for an audio or video element. */
export function recordingAddress(lessonId: number): string {
  return `/api/v1/lessons/${String(lessonId)}/media`
}
