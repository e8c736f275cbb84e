/**
 * What people typed into segments and the server does not have yet. It is kept in this browser with
 * every key that is pressed, so that neither a reload nor a server that is gone loses any of it, and
 * it is sent by itself.
 */

import { defineStore } from 'pinia'
import { reactive, watch } from 'vue'
import { useConnection } from '@/api/connection'
import { editSegment, etagOfSegment, getSegment, type SegmentState } from '@/api/edits'
import { asFailure, type Failure } from '@/api/failure'
import { keyOfDraft, listDraftKeys } from './draftKeys'

export interface Draft {
  lessonId: number
  position: number
  /** The text that stood there before. */
  base: string
  text: string
  editor: string
}

/** conflict: somebody else was quicker; failed: sending it again would not help. */
export type DraftState = 'waiting' | 'saving' | 'conflict' | 'failed'

export interface KeptDraft extends Draft {
  state: DraftState
  /** Of a conflict: what stands there now. */
  theirs: SegmentState | null
  failure: Failure | null
}

type SavedListener = (draft: Draft, saved: SegmentState) => void

/** A draft that no tab has touched for so long was left behind: an open tab has sent it by then. */
export const ABANDONED_MS = 3000
const RETRY_MS = 5000

export const useDrafts = defineStore('drafts', () => {
  const connection = useConnection()
  const drafts = reactive(new Map<string, KeptDraft>())
  const listeners = new Set<SavedListener>()
  /** By draft, what was read last: its ETag saves a question. */
  const seen = new Map<string, SegmentState>()
  const sending = new Map<string, Promise<void>>()

  function of(lessonId: number, position: number): KeptDraft | null {
    return drafts.get(keyOfDraft({ lessonId, position })) ?? null
  }

  function ofLesson(lessonId: number): KeptDraft[] {
    return [...drafts.values()].filter((draft) => draft.lessonId === lessonId)
  }

  /** Keep what is typed; it is not sent yet. */
  function keep(draft: Draft): void {
    const key = keyOfDraft(draft)
    const present = drafts.get(key)
    if (present) present.text = draft.text
    else drafts.set(key, { ...draft, state: 'waiting', theirs: null, failure: null })
    write(key)
  }

  function write(key: string): void {
    const draft = drafts.get(key)
    if (draft === undefined) return
    const { lessonId, position, base, text, editor } = draft
    const kept = { lessonId, position, base, text, editor, touched: Date.now() }
    localStorage.setItem(key, JSON.stringify(kept))
  }

  function forget(draft: { lessonId: number; position: number }): void {
    drafts.delete(keyOfDraft(draft))
    localStorage.removeItem(keyOfDraft(draft))
  }

  /** Send a draft, if there is one; resolves when that has worked, or has not. */
  function send(draft: { lessonId: number; position: number }): Promise<void> {
    const key = keyOfDraft(draft)
    const before = sending.get(key)
    if (before) return before
    const work = sendDraft(key).finally(() => sending.delete(key))
    sending.set(key, work)
    return work
  }

  async function sendDraft(key: string): Promise<void> {
    const draft = drafts.get(key)
    if (draft === undefined || draft.state === 'conflict') return
    if (draft.text === draft.base) return forget(draft)
    draft.state = 'saving'
    draft.failure = null
    const sent = { ...draft }
    try {
      const present = await readPresent(key, sent)
      if (present.text === sent.text) return beSaved(key, sent, present)
      if (present.text !== sent.base) return meet(draft, present)
      const { lessonId, position, text, editor } = sent
      const etag = etagOfSegment(present)
      const saved = await editSegment(lessonId, position, { text, editor }, etag)
      beSaved(key, sent, saved.value)
    } catch (error) {
      seen.delete(key)
      beUnsaved(draft, sent, asFailure(error))
    }
  }

  async function readPresent(key: string, { lessonId, position, base }: Draft) {
    const known = seen.get(key)
    return known?.text === base ? known : (await getSegment(lessonId, position)).value
  }

  function beSaved(key: string, sent: Draft, saved: SegmentState): void {
    seen.set(key, saved)
    const draft = drafts.get(key)
    if (draft?.text === sent.text) forget(draft)
    else if (draft) {
      // More was typed meanwhile.
      Object.assign(draft, { state: 'waiting', base: saved.text })
      write(key)
    }
    for (const listener of listeners) listener(sent, saved)
  }

  function beUnsaved(draft: KeptDraft, sent: Draft, failure: Failure): void {
    if (failure.isConflict && failure.present !== null) {
      const present = failure.present as unknown as SegmentState
      if (present.text === sent.text) beSaved(keyOfDraft(sent), sent, present)
      else meet(draft, present)
      return
    }
    draft.failure = failure
    draft.state = failure.retryable ? 'waiting' : 'failed'
    // A server that is gone says when it is back.
    if (failure.retryable && !failure.isGone) window.setTimeout(() => void send(draft), RETRY_MS)
  }

  function meet(draft: KeptDraft, theirs: SegmentState): void {
    draft.state = 'conflict'
    draft.theirs = theirs
  }

  /** Of a conflict: let one's own text stand in the place of theirs. */
  function keepMine(draft: KeptDraft): Promise<void> {
    if (draft.theirs !== null) {
      seen.set(keyOfDraft(draft), draft.theirs)
      Object.assign(draft, { base: draft.theirs.text, theirs: null, state: 'waiting' })
      write(keyOfDraft(draft))
    }
    return send(draft)
  }

  function sendAll(): void {
    for (const draft of drafts.values()) if (draft.state === 'waiting') void send(draft)
  }

  /** Take up what was left behind, by this tab before it was loaded anew or by another one. */
  function takeUp(): void {
    let wait = 0
    for (const key of listDraftKeys()) {
      if (drafts.has(key)) continue
      const left = read(key)
      if (left === null) continue
      const age = Date.now() - left.touched
      if (age < ABANDONED_MS) wait = Math.max(wait, ABANDONED_MS - age)
      else drafts.set(key, { ...left.draft, state: 'waiting', theirs: null, failure: null })
    }
    sendAll()
    if (wait > 0) window.setTimeout(takeUp, wait)
  }

  watch(
    () => connection.state,
    (state) => {
      if (state === 'online') sendAll()
    },
  )
  takeUp()

  /** Returns what ends the listening. */
  function onSaved(listener: SavedListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return { drafts, of, ofLesson, keep, send, forget, keepMine, onSaved }
})

function read(key: string): { draft: Draft; touched: number } | null {
  try {
    const { touched, ...draft } = JSON.parse(localStorage.getItem(key) ?? '') as Draft & {
      touched: number
    }
    return { draft, touched }
  } catch {
    localStorage.removeItem(key) // nothing that we wrote
    return null
  }
}
