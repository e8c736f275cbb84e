import { describe, expect, it } from 'vitest'
import type { LessonPublic } from '@/api/lessons'
import { aLesson } from '@/testing/lessons'
import { changeOf, formOf } from './details'

const lesson: LessonPublic = {
  ...aLesson({ theme_id: 5 }),
  own_language: 'en',
  filename: 'enzymes.mp3',
  audio_sha256: null,
  making: { transcript: null, corrected_transcript: null, summary: null },
  version: 'v1',
}
const form = formOf(lesson, 'Cells')

describe('a change of the details', () => {
  it('is none where nothing is changed', () => {
    expect(changeOf(form, lesson, 'Cells')).toBeNull()
    expect(changeOf({ ...form, title: ' Enzymes ' }, lesson, 'Cells')).toBeNull()
  })

  it('names what is changed, and nothing else', () => {
    expect(changeOf({ ...form, title: 'Enzymes II', language: '' }, lesson, 'Cells')).toEqual({
      title: 'Enzymes II',
      language: '',
    })
  })

  it('keeps the time of the day with another date', () => {
    const { date } = changeOf({ ...form, day: '2026-11-13' }, lesson, 'Cells') ?? {}

    const [before, after] = [new Date(lesson.date), new Date(date ?? '')]
    expect(after.getTime() - before.getTime()).toBe(24 * 3600 * 1000)
  })

  it('takes the theme along into another course, and leaves it where there is none', () => {
    expect(changeOf({ ...form, course: 'Chemistry' }, lesson, 'Cells')).toEqual({
      course: 'Chemistry',
      theme: 'Cells',
    })
    expect(changeOf({ ...form, course: '' }, lesson, 'Cells')).toEqual({ course: '' })
    expect(changeOf({ ...form, theme: '' }, lesson, 'Cells')).toEqual({ theme: '' })
  })
})
