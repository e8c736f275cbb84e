import { client, take } from './client'
import type { CaptionsPreview, ExportFormat, Layer, Part, SegmentPublic, Summary } from './schema'

export type {
  CaptionsPreview,
  ExportFormat,
  Flag,
  Layer,
  Part,
  SegmentPublic,
  Summary,
  SummaryMoment,
  TranscriptSoFar,
} from './schema'

const at = (lessonId: number) => ({ params: { path: { lesson_id: lessonId } } })

/** What the recogniser heard. */
export async function getTranscript(
  lessonId: number,
  signal?: AbortSignal,
): Promise<SegmentPublic[]> {
  const address = '/api/v1/lessons/{lesson_id}/transcript'
  return (await take(client.GET(address, { ...at(lessonId), signal }))).segments
}

/** The corrected text, with the edits of people in it. */
export async function getCorrectedTranscript(
  lessonId: number,
  signal?: AbortSignal,
): Promise<SegmentPublic[]> {
  const address = '/api/v1/lessons/{lesson_id}/corrected-transcript'
  return (await take(client.GET(address, { ...at(lessonId), signal }))).segments
}

/** What a transcription under way has finished. */
export function getTranscriptSoFar(lessonId: number, signal?: AbortSignal) {
  const address = '/api/v1/lessons/{lesson_id}/transcript/so-far'
  return take(client.GET(address, { ...at(lessonId), signal }))
}

export function getSummary(lessonId: number, signal?: AbortSignal): Promise<Summary> {
  return take(client.GET('/api/v1/lessons/{lesson_id}/summary', { ...at(lessonId), signal }))
}

export interface ExportChoice {
  format: ExportFormat
  part?: Part
  layer?: Layer
}

/** Where a lesson as a file is, for links. */
export function exportAddress(lessonId: number, choice: ExportChoice): string {
  const query = new URLSearchParams({ ...choice })
  return `/api/v1/lessons/${String(lessonId)}/export?${query.toString()}`
}

const captionFile = (file: File) => ({
  body: file as unknown as string,
  bodySerializer: (body: unknown) => body as File,
  headers: { 'Content-Type': 'application/octet-stream' },
})

/** What a file of captions would become; `encoding` is found out where it is not given. */
export function previewCaptions(
  lessonId: number,
  file: File,
  encoding?: string,
): Promise<CaptionsPreview> {
  const address = '/api/v1/lessons/{lesson_id}/captions/preview'
  const params = { path: { lesson_id: lessonId }, query: { encoding } }
  return take(client.POST(address, { params, ...captionFile(file) }))
}

/** Makes a file of captions the transcript. */
export function importCaptions(lessonId: number, file: File, encoding: string) {
  const address = '/api/v1/lessons/{lesson_id}/captions'
  const params = { path: { lesson_id: lessonId }, query: { encoding, name: file.name } }
  return take(client.POST(address, { params, ...captionFile(file) }))
}
