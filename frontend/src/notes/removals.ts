import { useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { asFailure } from '@/api/failure'
import { etagOfNote, removeNote, type NotePublic } from '@/api/notes'
import { useExplanation } from '@/failures/useExplanation'
import { useToasts } from '@/ui/toasts'

/** Notes whose removal can still be undone, and those that are gone. */
const useRemovals = defineStore('note-removals', () => {
  const hidden = ref(new Set<number>())
  /** Not asked for yet; the value sends them, while the page is closed if it must be. */
  const waiting = new Map<number, (keepalive: boolean) => void>()
  useEventListener(window, 'pagehide', () => {
    for (const send of waiting.values()) send(true)
  })
  return { hidden, waiting }
})

/**
 * Remove notes, with some time to undo that: a note that was removed cannot be brought back, so it is
 * only hidden until the offer to undo has gone.
 */
export function useNoteRemovals() {
  const removals = useRemovals()
  const toasts = useToasts()
  const { t } = useI18n()
  const { explain } = useExplanation()

  function remove(note: NotePublic): void {
    removals.hidden.add(note.id)
    const toast = toasts.show(t('notes.removed'), {
      action: { label: t('notes.undo'), run: () => restore(note.id) },
    })
    const stopWatching = watch(
      () => toasts.toasts.some(({ id }) => id === toast),
      (isOffered) => {
        if (!isOffered) removals.waiting.get(note.id)?.(false)
      },
      { flush: 'post' },
    )
    removals.waiting.set(note.id, (keepalive) => {
      removals.waiting.delete(note.id)
      stopWatching()
      void send(note, keepalive)
    })
  }

  function restore(noteId: number): void {
    removals.waiting.delete(noteId)
    removals.hidden.delete(noteId)
  }

  async function send(note: NotePublic, keepalive: boolean): Promise<void> {
    try {
      await removeNote(note.id, etagOfNote(note), { keepalive })
    } catch (error) {
      const failure = asFailure(error)
      if (failure.status === 404) return
      removals.hidden.delete(note.id)
      const { message } = explain(failure)
      toasts.show(t('notes.notRemoved', { message }), { look: 'danger' })
    }
  }

  return { isHidden: (noteId: number) => removals.hidden.has(noteId), remove }
}
