/** The recordings on their way in: the queue as the pages have it. */

import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useConnection } from '@/api/connection'
import type { RecordingDetails } from '@/api/uploads'
import { sortOut } from './choosing'
import type { Dropped } from './dropped'
import { EMPTY, next, type QueueEvent } from './queue'
import { listAbandoned, newId } from './remembered'
import { useRunner } from './runner'
import { isActive, isDetached, type Upload, type UploadEvent } from './upload'

type AddedListener = (added: readonly Upload[]) => void

export const useUploads = defineStore('uploads', () => {
  const queue = shallowRef(EMPTY)
  /** The last one that has become a lesson. */
  const lastDone = shallowRef<Upload | null>(null)
  const listeners = new Set<AddedListener>()
  const connection = useConnection()
  const run = useRunner({
    happened,
    arrived: (upload) => (lastDone.value = upload),
    through(added) {
      for (const listener of listeners) listener(added)
    },
  })

  const uploads = computed(() => queue.value.uploads)
  const skipped = computed(() => queue.value.skipped)
  const active = computed(() => uploads.value.filter(isActive))
  const detached = computed(() => uploads.value.filter(isDetached))

  function happen(event: QueueEvent): void {
    const { queue: now, effects } = next(queue.value, event)
    queue.value = now
    for (const effect of effects) run(effect)
  }

  function happened(key: number, event: UploadEvent): void {
    happen({ type: 'happened', key, event })
  }

  /** Take files in; those that wait for their file since a reload go on. */
  function add({ found, skipped: left }: Dropped, details: RecordingDetails): void {
    const { files, skipped: others } = sortOut(found)
    const arrivals = files.map((file) => ({ id: newId(), file }))
    happen({ type: 'added', arrivals, skipped: [...left, ...others], details })
  }

  /** Find again what a reload cut off. */
  async function restore(): Promise<void> {
    happen({ type: 'found', left: await listAbandoned() })
  }

  watch(
    () => connection.state,
    (state) => {
      if (state === 'online') happen({ type: 'online' })
    },
  )

  /** Hear once of many what has become lessons; returns what ends the listening. */
  function onAdded(listener: AddedListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return {
    uploads,
    skipped,
    active,
    detached,
    lastDone,
    add,
    restore,
    onAdded,
    /** The file of an upload that a reload cut off: it goes on where it stands. */
    attach: (key: number, file: File) => happened(key, { type: 'chosen', file }),
    /** The files of all that a reload cut off, as far as they are among these. */
    attachAll: (files: readonly File[]) => happen({ type: 'chosenAgain', files }),
    pause: (key: number) => happened(key, { type: 'paused' }),
    resume: (key: number) => happened(key, { type: 'resumed' }),
    /** Give it up, wherever it is; what came of it is removed from the server, too. */
    cancel: (key: number) => happen({ type: 'cancelled', key }),
    cancelDetached: () => happen({ type: 'abandoned' }),
    /** Take what has ended from the list. */
    dismissEnded: () => happen({ type: 'cleared' }),
  }
})
