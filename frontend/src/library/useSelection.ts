import { computed, ref, watch, type Ref } from 'vue'
import type { LessonListed } from '@/api/lessons'

/** The lessons that are ticked, while ticking is on; those that leave the list are ticked off. */
export function useSelection(lessons: Readonly<Ref<LessonListed[]>>) {
  const isOn = ref(false)
  const ids = ref(new Set<number>())
  let last: number | null = null

  const selected = computed(() => lessons.value.filter(({ id }) => ids.value.has(id)))
  const isAll = computed(
    () => lessons.value.length > 0 && selected.value.length === lessons.value.length,
  )

  /** Tick or untick; with `through` all from the one that was pressed before. */
  function toggle(id: number, through: boolean): void {
    const isTicked = !ids.value.has(id)
    const range = through && last !== null ? between(last, id) : [id]
    for (const each of range) {
      if (isTicked) ids.value.add(each)
      else ids.value.delete(each)
    }
    last = id
  }

  function between(one: number, other: number): number[] {
    const all = lessons.value.map(({ id }) => id)
    const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b)
    return from === undefined || from < 0 || to === undefined ? [other] : all.slice(from, to + 1)
  }

  function toggleAll(): void {
    ids.value = isAll.value ? new Set() : new Set(lessons.value.map(({ id }) => id))
  }

  function end(): void {
    isOn.value = false
    ids.value = new Set()
    last = null
  }

  watch(lessons, (now) => {
    const there = new Set(now.map(({ id }) => id))
    ids.value = new Set([...ids.value].filter((id) => there.has(id)))
  })

  return { isOn, ids, selected, isAll, toggle, toggleAll, end }
}
