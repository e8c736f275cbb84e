import { ref, watch, type Ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { listCourses, listThemes, type CourseListed, type ThemeListed } from '@/api/courses'
import { asFailure, type Failure } from '@/api/failure'

/** The courses, and the themes of the one that is chosen. */
export function useCourses(courseId: Readonly<Ref<number | undefined>>) {
  const courses = ref<CourseListed[]>([])
  const themes = ref<ThemeListed[]>([])
  const failure = ref<Failure | null>(null)

  async function loadCourses(): Promise<void> {
    courses.value = await listCourses()
  }

  async function loadThemes(): Promise<void> {
    const wanted = courseId.value
    const found = wanted === undefined ? [] : await listThemes(wanted)
    if (wanted === courseId.value) themes.value = found
  }

  async function load(what: () => Promise<void>): Promise<void> {
    try {
      await what()
      failure.value = null
    } catch (error) {
      failure.value = asFailure(error)
    }
  }

  void load(loadCourses)
  watch(courseId, () => load(loadThemes), { immediate: true })

  async function reload(): Promise<void> {
    await load(loadCourses)
    await load(loadThemes)
  }
  useServerEvent('begin', () => void reload())

  return { courses, themes, failure, reload }
}
