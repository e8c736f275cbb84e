import { describe, expect, it } from 'vitest'
import type { HitPublic } from '@/api/search'
import { groupHits } from './groups'

function aHit(lesson: number, text: string, part: HitPublic['part'] = 'segment'): HitPublic {
  const snippet = [{ text, is_match: true }]
  const found = { lesson_id: lesson, lesson_title: `Lesson ${String(lesson)}`, part, snippet }
  return { ...found, lesson_date: '2026-11-12', course_id: null } as unknown as HitPublic
}

const shown = (pages: HitPublic[][]) =>
  groupHits(pages).map(({ lessonId, hits }) => [
    lessonId,
    hits.map(({ snippet }) => snippet[0]?.text),
  ])

describe('Hits', () => {
  it('stand by their lessons, in the order of the best of each', () => {
    const page = [aHit(1, 'a'), aHit(2, 'b'), aHit(1, 'c')]

    expect(shown([page])).toEqual([
      [1, ['a', 'c']],
      [2, ['b']],
    ])
  })

  it('of a later page move nothing that is shown: they go on with its last lesson only', () => {
    const pages = [
      [aHit(1, 'a'), aHit(2, 'b')],
      [aHit(2, 'c'), aHit(1, 'd')],
    ]

    expect(shown(pages)).toEqual([
      [1, ['a']],
      [2, ['b', 'c']],
      [1, ['d']],
    ])
    const keys = groupHits(pages).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('that are the whole title are marked in the heading', () => {
    const [group] = groupHits([[aHit(1, 'Lesson 1', 'title'), aHit(1, 'a')]])

    expect(group?.title).toEqual([{ text: 'Lesson 1', is_match: true }])
    expect(group?.hits).toHaveLength(1)
  })
})
