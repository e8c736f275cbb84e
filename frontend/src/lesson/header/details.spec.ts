import { describe, expect, it } from 'vitest'
import { aWholeLesson } from '@/testing/lessons'
import { changeOf, formOf } from './details'

const lesson = aWholeLesson({ theme_id: 5, own_language: 'en' })
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
