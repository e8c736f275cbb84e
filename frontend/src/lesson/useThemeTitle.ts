import { ref, watch, type Ref } from 'vue'
import { listThemes } from '@/api/courses'
import { asFailure } from '@/api/failure'
import type { LessonPublic } from '@/api/lessons'

/** The title of a lesson's theme; "" where it has none, or it is not known yet. */
export function useThemeTitle(lesson: Readonly<Ref<LessonPublic | null>>): Readonly<Ref<string>> {
  const title = ref('')

  watch(
    [() => lesson.value?.course_id ?? null, () => lesson.value?.theme_id ?? null],
    async ([courseId, themeId]) => {
      title.value = ''
      if (courseId === null || themeId === null) return
      try {
        const themes = await listThemes(courseId)
        if (themeId !== lesson.value?.theme_id) return
        title.value = themes.find((theme) => theme.id === themeId)?.title ?? ''
      } catch (error) {
        asFailure(error) // the lesson is shown without
      }
    },
    { immediate: true },
  )

  return title
}
