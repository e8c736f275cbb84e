import { useMediaQuery } from '@vueuse/core'
import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'

/** Where the summary stands beside the text. */
const WIDE = '(width >= 64rem)'

/** The transcript, the summary and the notes: which of them is seen where there is room for one. */
export function useParts(nNotes: Readonly<Ref<number>>) {
  const { t } = useI18n()
  const isWide = useMediaQuery(WIDE)
  const part = ref('transcript')
  /** What stands beside the text, where there is room. */
  const side = ref('summary')

  const asides = computed(() => [
    { value: 'summary', label: t('lesson.summary') },
    { value: 'notes', label: t('notes.counted', { n: nNotes.value }, nNotes.value) },
  ])
  const parts = computed(() => [
    { value: 'transcript', label: t('lesson.transcript') },
    ...asides.value,
  ])
  const showsTranscript = computed(() => isWide.value || part.value === 'transcript')
  const showsAside = computed(() => isWide.value || part.value !== 'transcript')

  watch(part, (opened) => {
    if (opened !== 'transcript') side.value = opened
  })
  // Each part keeps its place.
  const scrolled = new Map<string, number>()
  watch(part, (_part, left) => scrolled.set(left, window.scrollY), { flush: 'pre' })
  watch(part, (opened) => window.scrollTo({ top: scrolled.get(opened) ?? 0 }), { flush: 'post' })

  function showTranscript(): void {
    part.value = 'transcript'
  }

  return { isWide, part, side, parts, asides, showsTranscript, showsAside, showTranscript }
}

export type Parts = ReturnType<typeof useParts>
