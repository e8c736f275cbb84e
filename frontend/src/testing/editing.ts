import { ref, shallowRef } from 'vue'
import type { EditPublic } from '@/api/edits'
import type { KeptDraft } from '@/editing/drafts'
import type { Editing } from '@/editing/useEditing'

export function aDraft(more: Partial<KeptDraft> = {}): KeptDraft {
  return {
    lessonId: 1,
    position: 4,
    base: 'new ton',
    text: 'Newton',
    editor: 'Ada',
    state: 'waiting',
    theirs: null,
    failure: null,
    ...more,
  }
}

export function anEdit(more: Partial<EditPublic> = {}): EditPublic {
  return {
    id: 1,
    segment: 4,
    start: 65,
    end: 70,
    heard: 'new ton',
    before: 'new ton',
    text: 'Newton',
    editor: 'Ada',
    edited_at: '2026-11-22T10:00:00Z',
    ...more,
  }
}

/** As much of an editing as a component is shown. */
export function anEditing(more: Partial<Record<keyof Editing, unknown>> = {}): Editing {
  const nothing = {
    open: shallowRef(null),
    lookedAt: ref(null),
    orphans: shallowRef([]),
    pending: ref([]),
    visits: [],
  }
  return { ...nothing, ...more } as unknown as Editing
}
