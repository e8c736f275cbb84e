/** Does what the queue of uploads asks for, and tells the queue what happened then. */

import { onScopeDispose } from 'vue'
import { asFailure } from '@/api/failure'
import { getUpload, outcomeOf, removeUpload, sendRecording, type UploadStatus } from '@/api/uploads'
import type { Effect } from './queue'
import { claim, forget, remember } from './remembered'
import { Speedometer } from './speed'
import type { Upload, UploadEvent } from './upload'

type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>

interface Listener {
  happened: (key: number, event: UploadEvent) => void
  /** A recording has become a lesson. */
  arrived: (upload: Upload) => void
  /** Nothing is on its way any more; these have become lessons meanwhile. */
  through: (added: readonly Upload[]) => void
}

/** Returns what does an effect. */
export function useRunner({ happened, arrived, through }: Listener): (effect: Effect) => void {
  /** By upload, what stops the sending. */
  const stops = new Map<number, () => void>()
  /** By the name that an upload is remembered under, what lets other tabs have it. */
  const claims = new Map<string, () => void>()

  async function send({ key, file, details, uploadId }: EffectOf<'send'>): Promise<void> {
    const speed = new Speedometer()
    let isStopped = false
    let abort = (): void => undefined
    stops.set(key, () => {
      isStopped = true
      abort()
    })
    abort = await sendRecording(file, details, uploadId, {
      begun: (known) => happened(key, { type: 'begun', uploadId: known }),
      sent(bytes) {
        if (isStopped) return
        speed.note(bytes, performance.now())
        happened(key, { type: 'sent', bytes, bytesPerSecond: speed.bytesPerSecond })
      },
      whole: (known) => happened(key, { type: 'whole', uploadId: known }),
      failed(failure) {
        if (!isStopped) happened(key, { type: 'broken', failure })
      },
    })
    // While the library was loaded there was nothing to abort.
    if (isStopped as boolean) abort()
  }

  async function ask(key: number, question: Promise<UploadStatus>): Promise<void> {
    try {
      happened(key, { type: 'answered', status: await question })
    } catch (error) {
      happened(key, { type: 'broken', failure: asFailure(error) })
    }
  }

  async function removeFromServer(uploadId: string): Promise<void> {
    try {
      await removeUpload(uploadId)
    } catch (error) {
      asFailure(error) // the server removes it by itself, after some days
    }
  }

  function keep({ id, upload }: EffectOf<'remember'>): void {
    if (!claims.has(id)) claims.set(id, claim(id))
    remember(id, upload)
  }

  function letGo(id: string): void {
    forget(id)
    claims.get(id)?.()
    claims.delete(id)
  }

  function guard(isGuarded: boolean): void {
    if (isGuarded) window.addEventListener('beforeunload', askBeforeLeaving)
    else window.removeEventListener('beforeunload', askBeforeLeaving)
  }
  onScopeDispose(() => guard(false))

  return function run(effect) {
    switch (effect.type) {
      case 'send':
        return void send(effect)
      case 'stop':
        return stops.get(effect.key)?.()
      case 'ask':
        return void ask(effect.key, outcomeOf(effect.uploadId))
      case 'look':
        return void ask(effect.key, getUpload(effect.uploadId))
      case 'wait':
        window.setTimeout(() => happened(effect.key, { type: 'due' }), effect.ms)
        return
      case 'remember':
        return keep(effect)
      case 'forget':
        return letGo(effect.id)
      case 'remove':
        return void removeFromServer(effect.uploadId)
      case 'guard':
        return guard(effect.isGuarded)
      case 'arrive':
        return arrived(effect.upload)
      case 'tell':
        return through(effect.added)
      default:
        return effect satisfies never
    }
  }
}

/** The browser asks, in its own words: what waits would have to be chosen again. */
function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
