import { describe, expect, it } from 'vitest'
import { ref, shallowRef } from 'vue'
import type { LessonPublic } from '@/api/lessons'
import { aWholeLesson } from '@/testing/lessons'
import { LessonText } from './transcript/LessonText'
import { useShownText } from './useShownText'

const textOf = (text: string) => new LessonText([{ start: 0, end: 2, text }])
const HEARD = textOf('new ton')
const CORRECTED = textOf('Newton')
const SO_FAR = textOf('new')

function show(texts: { heard?: LessonText; corrected?: LessonText; soFar?: LessonText }) {
  const lesson = ref<LessonPublic | null>(aWholeLesson({ language: 'ar' }))
  const heard = shallowRef(texts.heard ?? null)
  const corrected = shallowRef(texts.corrected ?? null)
  return useShownText({ lesson, heard, corrected }, shallowRef(texts.soFar ?? null))
}

describe('The text that is shown', () => {
  it('is the best that there is', () => {
    expect(show({ heard: HEARD, corrected: CORRECTED }).text.value).toBe(CORRECTED)
    expect(show({ heard: HEARD }).text.value).toBe(HEARD)
    expect(show({ soFar: SO_FAR }).text.value).toBe(SO_FAR)
    expect(show({}).hasWords.value).toBe(false)
  })

  it('can be what was heard, which nobody edits then', () => {
    const shown = show({ heard: HEARD, corrected: CORRECTED })
    expect(shown.marked.value).toBe(CORRECTED)

    shown.layer.value = 'heard'

    expect([shown.text.value, shown.marked.value]).toEqual([HEARD, null])
  })

  it('is edited where nothing was corrected, but not before it is all there', () => {
    expect(show({ heard: HEARD }).marked.value).toBe(HEARD)
    expect(show({ soFar: SO_FAR }).marked.value).toBeNull()
  })

  it('is compared with what was heard where something has changed', () => {
    const shown = show({ heard: HEARD, corrected: CORRECTED })
    expect([shown.nChanges.value, shown.comparedWith.value]).toEqual([1, null])
    shown.showsChanges.value = true
    expect(shown.comparedWith.value).toBe(HEARD)
    shown.layer.value = 'heard'
    expect(shown.comparedWith.value).toBeNull()

    const same = show({ heard: HEARD, corrected: textOf('new ton') })
    same.showsChanges.value = true
    expect([same.nChanges.value, same.comparedWith.value]).toEqual([0, null])
  })

  it('is written in the direction of its language', () => {
    const { language, direction } = show({ heard: HEARD })

    expect([language.value, direction.value]).toEqual(['ar', 'rtl'])
  })
})
