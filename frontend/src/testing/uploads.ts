import type { UploadStatus } from '@/api/uploads'
import type { Standing, Upload } from '@/uploads/upload'

export const A_SIZE = 1000

export function aFile(name = 'enzymes.mp3', { lastModified = 5 } = {}): File {
  return new File([new Uint8Array(A_SIZE)], name, { type: 'audio/mpeg', lastModified })
}

export function anUpload(
  standing: Standing = { state: 'queued' },
  more: Partial<Upload> = {},
): Upload {
  return {
    key: 1,
    id: 'a',
    name: 'enzymes.mp3',
    size: A_SIZE,
    modified: 5,
    details: { course: '', isProcessed: true },
    file: aFile(),
    uploadId: null,
    sentBytes: 0,
    nWaits: 0,
    standing,
    ...more,
  }
}

/** What the server says of an upload. */
export function aStatus(more: Partial<UploadStatus> = {}): UploadStatus {
  return {
    id: 'u1',
    stage: 'receiving',
    length: A_SIZE,
    offset: 0,
    expires_at: '2026-12-01T00:00:00Z',
    lesson_id: null,
    task_id: null,
    same_recording: [],
    refusal: null,
    refusal_code: null,
    ...more,
  }
}
