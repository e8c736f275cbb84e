/** The recordings on their way in: what is done for each, see `queue` for what becomes of it. */

import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { useConnection } from '@/api/connection'
import { asFailure, type Failure } from '@/api/failure'
import {
  getUpload,
  outcomeOf,
  removeUpload,
  sendRecording,
  type RecordingDetails,
} from '@/api/uploads'
import { sortOut, type Skipped } from './choosing'
import type { Dropped } from './dropped'
import {
  detachedOf,
  hasEnded,
  isActive,
  isLostOnLeaving,
  isOfFile,
  isSameFile,
  isUnderWay,
  newUpload,
  nextToSend,
  step,
  type Upload,
  type UploadEvent,
} from './queue'
import { claim, forget, listAbandoned, newId, remember } from './remembered'
import { Speedometer } from './speed'

export type { Upload } from './queue'

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
const GONE_STATUSES = new Set([404, 410])

/** What goes with an upload in this tab. */
interface Work {
  /** Under which it is remembered. */
  id: string
  /** Null until it is chosen again, after a reload. */
  file: File | null
  stop: () => void
  letGo: () => void
  waits: number
}

export const useUploads = defineStore('uploads', () => {
  const uploads = ref<Upload[]>([])
  const skipped = ref<Skipped[]>([])
  const lastDone = ref<Upload | null>(null)
  const works = new Map<number, Work>()
  const connection = useConnection()
  let lastKey = 0

  const active = computed(() => uploads.value.filter(isActive))
  const detached = computed(() => uploads.value.filter(({ state }) => state === 'detached'))
  /** Whether files would have to be chosen again if the page were left now. */
  const isBusy = computed(() => uploads.value.some(isLostOnLeaving))

  function find(key: number): Upload | undefined {
    return uploads.value.find((each) => each.key === key)
  }

  /** Tell what happened to an upload, unless it was given up meanwhile; returns what it is now. */
  function tell(key: number, event: UploadEvent): Upload | undefined {
    const before = find(key)
    if (before === undefined) return undefined
    const after = step(before, event)
    uploads.value = uploads.value.map((each) => (each.key === key ? after : each))
    if (after.uploadId !== before.uploadId) write(after)
    if (after.state !== before.state) follow(after)
    return after
  }

  function follow(upload: Upload): void {
    if (upload.state === 'done' || (upload.state === 'failed' && !canResume(upload))) {
      letGo(upload.key)
    }
    if (upload.state === 'done') lastDone.value = upload
    if (upload.state === 'waiting') goOnLater(upload.key)
    if (upload.state !== 'sending') sendNext()
  }

  function write({ key, uploadId, name, size, modified, details }: Upload): void {
    const work = works.get(key)
    if (work) remember(work.id, { uploadId, name, size, modified, details })
  }

  /** Take files in; those that wait for their file since a reload go on. */
  function add({ found, skipped: left }: Dropped, details: RecordingDetails): void {
    const sorted = sortOut(found)
    skipped.value = [...skipped.value, ...left, ...sorted.skipped]
    for (const file of sorted.files) {
      const known = detachedOf(uploads.value, file)
      if (known) attach(known.key, file)
      else if (isUnderWay(uploads.value, file)) skip(file, 'already')
      else put({ ...factsOf(file), details: { ...details }, uploadId: null }, newId(), file)
    }
    sendNext()
  }

  function skip({ name }: File, reason: Skipped['reason']): void {
    skipped.value = [...skipped.value, { name, reason }]
  }

  function put(
    known: Pick<Upload, 'name' | 'size' | 'modified' | 'details' | 'uploadId'>,
    id: string,
    file: File | null,
  ): Upload {
    lastKey += 1
    works.set(lastKey, { id, file, stop: () => undefined, letGo: claim(id), waits: 0 })
    const state = file === null ? 'detached' : 'queued'
    const upload = newUpload({ ...known, key: lastKey, state })
    uploads.value = [...uploads.value, upload]
    write(upload)
    return upload
  }

  /** The file of an upload that a reload cut off: it goes on where it stands. */
  function attach(key: number, file: File): void {
    const [upload, work] = [find(key), works.get(key)]
    if (!upload || !work) return
    if (!isSameFile(upload, file)) {
      tell(key, { type: 'mistaken' })
      return
    }
    work.file = file
    tell(key, { type: 'queued' })
  }

  /** The files of all that a reload cut off, as far as they are among these. */
  function attachAll(files: Iterable<File>): void {
    for (const file of files) {
      const known = detached.value.find((each) => isSameFile(each, file))
      if (known) attach(known.key, file)
      else skip(file, 'unknown')
    }
  }

  function sendNext(): void {
    for (const { key } of nextToSend(uploads.value)) {
      tell(key, { type: 'sending' })
      void send(key)
    }
  }

  async function send(key: number): Promise<void> {
    const work = works.get(key)
    if (!work) return
    try {
      if (!(await mayGoOn(key))) return
    } catch (error) {
      tell(key, { type: 'broken', failure: asFailure(error) })
      return
    }
    const upload = find(key)
    if (upload?.state !== 'sending') return
    if (work.file === null) {
      tell(key, { type: 'missed' })
      return
    }
    const speed = new Speedometer()
    let isStopped = false
    const quit = () => (isStopped = true)
    work.stop = quit
    const stop = await sendRecording(work.file, upload.details, upload.uploadId, {
      begun: (uploadId) => tell(key, { type: 'begun', uploadId }),
      sent(bytes) {
        if (isStopped) return
        speed.note(bytes, performance.now())
        work.waits = 0
        tell(key, { type: 'sent', bytes, bytesPerSecond: speed.bytesPerSecond })
      },
      whole: (uploadId) => void finish(key, uploadId),
      failed(failure) {
        if (!isStopped) tell(key, { type: 'broken', failure })
      },
    })
    work.stop = () => {
      quit()
      stop()
    }
    if (isStopped as boolean) stop()
  }

  /** Ask the server how an upload stands: whether there is something left to send. */
  async function mayGoOn(key: number): Promise<boolean> {
    const uploadId = find(key)?.uploadId
    if (!uploadId) return true
    try {
      const status = await outcomeOf(uploadId)
      if (find(key)?.state !== 'sending') return false
      return tell(key, { type: 'settled', status })?.state === 'sending'
    } catch (error) {
      if (!GONE_STATUSES.has(asFailure(error).status)) throw error
      tell(key, { type: 'lost' })
      return true
    }
  }

  async function finish(key: number, uploadId: string): Promise<void> {
    tell(key, { type: 'whole' })
    try {
      tell(key, { type: 'settled', status: await outcomeOf(uploadId) })
    } catch (error) {
      tell(key, { type: 'broken', failure: asFailure(error) })
    }
  }

  function goOnLater(key: number): void {
    const work = works.get(key)
    if (!work) return
    const wait = Math.min(FIRST_WAIT_MS * 2 ** work.waits, LONGEST_WAIT_MS)
    work.waits += 1
    window.setTimeout(() => goOn(key), wait)
  }

  function goOn(key: number): void {
    if (find(key)?.state === 'waiting') tell(key, { type: 'queued' })
  }

  /** Whether trying again may help. */
  function canResume(upload: Upload): boolean {
    return Boolean(works.get(upload.key)?.file) && !isOfFile(upload)
  }

  function pause(key: number): void {
    if (tell(key, { type: 'paused' })?.state === 'paused') works.get(key)?.stop()
  }

  function resume(key: number): void {
    if (['paused', 'failed', 'waiting'].includes(find(key)?.state ?? '')) {
      tell(key, { type: 'queued' })
    }
  }

  /** Give it up, wherever it is; what came of it is removed from the server, too. */
  async function cancel(key: number): Promise<void> {
    const upload = find(key)
    if (upload === undefined) return
    works.get(key)?.stop()
    letGo(key)
    uploads.value = uploads.value.filter((each) => each.key !== key)
    sendNext()
    try {
      if (upload.uploadId !== null && upload.lessonId === null) await removeUpload(upload.uploadId)
    } catch (error) {
      asFailure(error) // the server removes it by itself, after some days
    }
  }

  function letGo(key: number): void {
    const work = works.get(key)
    if (!work) return
    work.letGo()
    forget(work.id)
    works.delete(key)
  }

  /** Take what has ended from the list. */
  function dismissEnded(): void {
    skipped.value = []
    for (const upload of uploads.value.filter(hasEnded)) void cancel(upload.key)
  }

  function cancelDetached(): void {
    for (const { key } of detached.value) void cancel(key)
  }

  /** Find again what a reload cut off. */
  async function restore(): Promise<void> {
    const here = new Set([...works.values()].map(({ id }) => id))
    for (const { id, ...known } of await listAbandoned()) {
      if (!here.has(id)) void look(put(known, id, null))
    }
  }

  /** See how far an upload is that waits for its file: it may be whole already. */
  async function look({ key, uploadId }: Upload): Promise<void> {
    if (uploadId === null) return
    try {
      const status = await getUpload(uploadId)
      if (find(key)?.state !== 'detached') return
      tell(key, { type: 'settled', status })
      if (status.stage === 'whole') await finish(key, uploadId)
    } catch (error) {
      lookAgain(key, asFailure(error))
    }
  }

  function lookAgain(key: number, failure: Failure): void {
    // What came of it is gone, and its file can still be chosen.
    if (GONE_STATUSES.has(failure.status)) tell(key, { type: 'lost' })
    else if (!failure.isGone) throw failure
  }

  watch(
    () => connection.state,
    (state) => {
      if (state !== 'online') return
      for (const upload of uploads.value) {
        if (upload.state === 'detached') void look(upload)
        else goOn(upload.key)
      }
    },
  )

  return {
    uploads,
    skipped,
    active,
    detached,
    isBusy,
    lastDone,
    add,
    attach,
    attachAll,
    pause,
    resume,
    cancel,
    cancelDetached,
    canResume,
    dismissEnded,
    restore,
  }
})

function factsOf({ name, size, lastModified: modified }: File) {
  return { name, size, modified }
}
