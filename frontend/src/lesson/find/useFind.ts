import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { refDebounced } from '@vueuse/core'
import type { LessonText } from '../transcript/LessonText'
import { FoldedText, type Hit } from './find'

const TYPING_MS = 80

/** Finding words in one text: the hits, and which of them one is at. */
export function useFind(text: Readonly<Ref<LessonText | null>>, near: () => number) {
  const isOpen = ref(false)
  const wanted = ref('')
  const settled = refDebounced(wanted, TYPING_MS)
  const hits = shallowRef<readonly Hit[]>([])
  const at = ref(0)
  const hit = computed(() => hits.value[at.value] ?? null)

  const folded = computed(() => text.value && new FoldedText(text.value))

  watch([isOpen, settled, text], ([open, words]) => {
    hits.value = open ? (folded.value?.find(words) ?? []) : []
    at.value = firstFrom(near())
  })

  /** The first hit from a segment on: where one reads. */
  function firstFrom(segment: number): number {
    const found = hits.value.findIndex(({ parts }) => (parts[0]?.segment ?? 0) >= segment)
    return Math.max(0, found)
  }

  function step(by: 1 | -1): void {
    const n = hits.value.length
    if (n > 0) at.value = (at.value + by + n) % n
  }

  return { isOpen, wanted, hits, hit, at, step }
}
