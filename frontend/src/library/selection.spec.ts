import { describe, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import { aLesson } from '@/testing/lessons'
import { useSelection } from './useSelection'

function lessonsOf(...ids: number[]) {
  return ids.map((id) => aLesson({ id }))
}

describe('A selection of lessons', () => {
  it('ticks one by one, or all from the one that was pressed before', () => {
    const { ids, toggle, selected } = useSelection(ref(lessonsOf(9, 5, 7, 3)))
    toggle(3, false)
    toggle(5, true)

    expect([...ids.value].sort()).toEqual([3, 5, 7])
    expect(selected.value.map(({ id }) => id)).toEqual([5, 7, 3])
    toggle(7, false)
    expect([...ids.value].sort()).toEqual([3, 5])
  })

  it('ticks off what has left the list: nothing is done with what is not seen', async () => {
    const lessons = ref(lessonsOf(1, 2, 3))
    const { ids, toggleAll, isAll } = useSelection(lessons)
    toggleAll()
    expect(isAll.value).toBe(true)

    lessons.value = lessonsOf(1, 4)
    await nextTick()

    expect([...ids.value]).toEqual([1])
    expect(isAll.value).toBe(false)
  })

  it('goes no further than the one that was pressed, where the one before is gone', async () => {
    const lessons = ref(lessonsOf(1, 2, 3))
    const { ids, toggle } = useSelection(lessons)
    toggle(1, false)
    lessons.value = lessonsOf(2, 3, 4)
    await nextTick()

    toggle(3, true)

    expect([...ids.value]).toEqual([3])
  })

  it('ends with nothing ticked', () => {
    const { ids, isOn, toggleAll, end } = useSelection(ref(lessonsOf(1, 2)))
    isOn.value = true
    toggleAll()
    end()

    expect([ids.value.size, isOn.value]).toEqual([0, false])
  })
})
