/**
 * The recordings on their way in. A few are sent at once, the others wait their turn.
 *
 * queued → sending → finishing → done. From sending one comes to `paused` by choice, to `waiting` when
 * the server is gone (it goes on by itself), to `failed` when only a person can help. After a reload
 * an upload is `detached`, until its file is chosen again.
 */

import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { useConnection } from '@/api/connection'
import { asFailure, Failure } from '@/api/failure'
import {
  getUpload,
  LARGEST_BYTES,
  outcomeOf,
  passes,
  removeUpload,
  sendRecording,
  type RecordingDetails,
  type UploadStatus,
} from '@/api/uploads'
import { claim, forget, listAbandoned, remember } from './remembered'
import { Speedometer } from './speed'

export type UploadState =
  'queued' | 'sending' | 'finishing' | 'done' | 'paused' | 'waiting' | 'failed' | 'detached'

export interface Upload {
  /** In this tab. */
  key: number
  name: string
  size: number
  modified: number
  details: RecordingDetails
  state: UploadState
  sentBytes: number
  bytesPerSecond: number | null
  /** Why it failed, or waits. */
  failure: Failure | null
  /** On the server, once it has begun there. */
  uploadId: string | null
  lessonId: number | null
  /** Older lessons with the same recording. */
  sameRecording: number[]
}

export const MOST_AT_ONCE = 2
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
const GONE_STATUSES = new Set([404, 410])

export const EMPTY_FILE = 'empty-file'
export const FILE_TOO_LARGE = 'file-too-large'
export const OTHER_FILE = 'other-file'
export const REFUSED = 'recording-refused'

/** What goes with an upload while it is sent. */
interface Work {
  file: File
  stop: () => void
  letGo: () => void
  waits: number
}

export const useUploads = defineStore('uploads', () => {
  const uploads = ref<Upload[]>([])
  const lastDone = ref<Upload | null>(null)
  const works = new Map<number, Work>()
  const connection = useConnection()
  let lastKey = 0

  const active = computed(() => uploads.value.filter((each) => isActive(each)))

  function isActive({ state }: Upload): boolean {
    return ['queued', 'sending', 'finishing', 'waiting'].includes(state)
  }

  /** Take files in; one that was being sent before a reload goes on. */
  function add(files: Iterable<File>, details: RecordingDetails): void {
    for (const file of files) {
      const known = uploads.value.find(
        (each) => each.state === 'detached' && isSameFile(each, file) && isAsOld(each, file),
      )
      if (known === undefined) begin(file, details)
      else attach(known.key, file)
    }
    sendNext()
  }

  function begin(file: File, details: RecordingDetails): void {
    const upload = put({
      name: file.name,
      size: file.size,
      modified: file.lastModified,
      details: { ...details },
      state: 'queued',
    })
    if (file.size === 0) fail(upload, new Failure({ code: EMPTY_FILE }))
    else if (file.size > LARGEST_BYTES) fail(upload, new Failure({ code: FILE_TOO_LARGE }))
    else works.set(upload.key, newWork(file))
  }

  function put(known: Pick<Upload, 'name' | 'size' | 'modified' | 'details' | 'state'>): Upload {
    lastKey += 1
    uploads.value.push({
      key: lastKey,
      sentBytes: 0,
      bytesPerSecond: null,
      failure: null,
      uploadId: null,
      lessonId: null,
      sameRecording: [],
      ...known,
    })
    return find(lastKey) as Upload
  }

  function find(key: number): Upload | undefined {
    return uploads.value.find((each) => each.key === key)
  }

  /** The file of an upload that a reload cut off: it goes on where it stands. */
  function attach(key: number, file: File): void {
    const upload = find(key)
    if (upload === undefined) return
    if (!isSameFile(upload, file)) {
      upload.failure = new Failure({ code: OTHER_FILE })
      return
    }
    works.set(key, newWork(file))
    queue(upload)
    sendNext()
  }

  function queue(upload: Upload): void {
    upload.state = 'queued'
    upload.failure = null
  }

  function sendNext(): void {
    const isSent = ({ state }: Upload) => state === 'sending' || state === 'finishing'
    let free = MOST_AT_ONCE - uploads.value.filter(isSent).length
    for (const upload of uploads.value) {
      if (free <= 0) return
      if (upload.state !== 'queued') continue
      free -= 1
      upload.state = 'sending'
      void send(upload)
    }
  }

  async function send(upload: Upload): Promise<void> {
    const work = works.get(upload.key)
    if (work === undefined) return
    try {
      if (upload.uploadId !== null && !(await mayGoOn(upload))) return
    } catch (error) {
      suffer(upload, asFailure(error))
      return
    }
    const speed = new Speedometer()
    let isStopped = false
    const quit = () => (isStopped = true)
    work.stop = quit
    const stop = await sendRecording(work.file, upload.details, upload.uploadId, {
      begun: (uploadId) => settleIn(upload, work, uploadId),
      sent(bytes) {
        if (isStopped) return
        speed.note(bytes, performance.now())
        upload.sentBytes = bytes
        upload.bytesPerSecond = speed.bytesPerSecond
        work.waits = 0
        if (bytes === upload.size) upload.state = 'finishing'
      },
      whole: (uploadId) => void finish(upload, uploadId),
      failed(failure) {
        if (!isStopped) suffer(upload, failure)
      },
    })
    work.stop = () => {
      quit()
      stop()
    }
    if (isStopped as boolean) stop()
  }

  /** Ask the server how an upload stands: whether there is something left to send. */
  async function mayGoOn(upload: Upload): Promise<boolean> {
    const uploadId = upload.uploadId as string
    try {
      const status = await outcomeOf(uploadId)
      if (upload.state !== 'sending') return false
      if (status.stage === 'receiving') {
        upload.sentBytes = status.offset
        return true
      }
      settle(upload, status)
      return false
    } catch (error) {
      if (!GONE_STATUSES.has(asFailure(error).status)) throw error
      // It was given up meanwhile: all is sent again.
      forget(uploadId)
      upload.uploadId = null
      upload.sentBytes = 0
      return true
    }
  }

  function settleIn(upload: Upload, work: Work, uploadId: string): void {
    if (upload.uploadId !== uploadId) {
      work.letGo()
      work.letGo = claim(uploadId)
    }
    upload.uploadId = uploadId
    const { name, size, modified, details } = upload
    remember({ uploadId, name, size, modified, details })
  }

  async function finish(upload: Upload, uploadId: string): Promise<void> {
    upload.state = 'finishing'
    try {
      settle(upload, await outcomeOf(uploadId))
    } catch (error) {
      suffer(upload, asFailure(error))
    }
  }

  function settle(upload: Upload, status: UploadStatus): void {
    if (find(upload.key) === undefined) return // given up meanwhile
    if (status.stage === 'refused') {
      fail(upload, new Failure({ code: REFUSED, status: 422, detail: status.refusal ?? '' }))
      return
    }
    upload.sentBytes = upload.size
    upload.lessonId = status.lesson_id
    upload.sameRecording = status.same_recording
    upload.state = 'done'
    upload.failure = null
    lastDone.value = upload
    letGo(upload)
    sendNext()
  }

  function suffer(upload: Upload, failure: Failure): void {
    if (!passes(failure)) {
      fail(upload, failure)
      return
    }
    upload.state = 'waiting'
    upload.failure = failure
    upload.bytesPerSecond = null
    const work = works.get(upload.key)
    if (work !== undefined) {
      const wait = Math.min(FIRST_WAIT_MS * 2 ** work.waits, LONGEST_WAIT_MS)
      work.waits += 1
      window.setTimeout(() => goOn(upload), wait)
    }
    sendNext()
  }

  function goOn(upload: Upload): void {
    if (upload.state !== 'waiting') return
    queue(upload)
    sendNext()
  }

  function fail(upload: Upload, failure: Failure): void {
    upload.state = 'failed'
    upload.failure = failure
    upload.bytesPerSecond = null
    if (!canResume(upload)) letGo(upload)
    sendNext()
  }

  /** Whether trying again may help: not where the file itself is the reason. */
  function canResume({ failure, key }: Upload): boolean {
    const isOfFile = [422, 413].includes(failure?.status ?? 0) || failure?.code === REFUSED
    return works.has(key) && !isOfFile
  }

  function pause(key: number): void {
    const upload = find(key)
    if (upload === undefined || !isActive(upload)) return
    upload.state = 'paused'
    upload.bytesPerSecond = null
    works.get(key)?.stop()
    sendNext()
  }

  function resume(key: number): void {
    const upload = find(key)
    if (upload === undefined || !['paused', 'failed', 'waiting'].includes(upload.state)) return
    queue(upload)
    sendNext()
  }

  /** Give it up, wherever it is; what came of it is removed from the server, too. */
  async function cancel(key: number): Promise<void> {
    const upload = find(key)
    if (upload === undefined) return
    works.get(key)?.stop()
    letGo(upload)
    uploads.value = uploads.value.filter((each) => each.key !== key)
    sendNext()
    try {
      if (upload.uploadId !== null && upload.lessonId === null) await removeUpload(upload.uploadId)
    } catch (error) {
      asFailure(error) // the server removes it by itself, after some days
    }
  }

  function letGo(upload: Upload): void {
    works.get(upload.key)?.letGo()
    works.delete(upload.key)
    if (upload.uploadId !== null) forget(upload.uploadId)
  }

  /** Take what has ended from the list. */
  function dismissEnded(): void {
    for (const { key, state } of [...uploads.value]) {
      if (state === 'done' || state === 'failed') void cancel(key)
    }
  }

  /** Find again what a reload cut off. */
  async function restore(): Promise<void> {
    for (const { uploadId, ...known } of await listAbandoned()) {
      if (uploads.value.some((each) => each.uploadId === uploadId)) continue
      const upload = put({ ...known, state: 'detached' })
      upload.uploadId = uploadId
      void look(upload)
    }
  }

  async function look(upload: Upload): Promise<void> {
    try {
      const status = await getUpload(upload.uploadId as string)
      if (upload.state !== 'detached') return
      if (status.stage === 'receiving') upload.sentBytes = status.offset
      else if (status.stage === 'whole') await finish(upload, status.id)
      else settle(upload, status)
    } catch (error) {
      const { status, isGone } = asFailure(error)
      if (GONE_STATUSES.has(status)) await cancel(upload.key)
      else if (!isGone) throw error
    }
  }

  watch(
    () => connection.state,
    (state) => {
      if (state !== 'online') return
      for (const upload of uploads.value) {
        if (upload.state === 'detached') void look(upload)
        else goOn(upload)
      }
    },
  )

  return {
    uploads,
    active,
    lastDone,
    add,
    attach,
    pause,
    resume,
    cancel,
    canResume,
    dismissEnded,
    restore,
  }
})

function newWork(file: File): Work {
  return { file, stop: () => undefined, letGo: () => undefined, waits: 0 }
}

function isSameFile(upload: Upload, file: File): boolean {
  return upload.name === file.name && upload.size === file.size
}

function isAsOld(upload: Upload, file: File): boolean {
  return upload.modified === file.lastModified
}
