import { reactive, ref } from 'vue'
import type { Stage } from '@/api/reruns'

/** What a lesson's page asks and tells in dialogs: which of them is open. */
export function useLessonDialogs() {
  const isOpen = reactive({
    captions: false,
    details: false,
    earlier: false,
    keys: false,
    print: false,
    replace: false,
  })
  /** What is to be made anew, while it is asked how. */
  const stageToRedo = ref<Stage | null>(null)

  function open(dialog: keyof typeof isOpen): void {
    isOpen[dialog] = true
  }

  function askToRedo(stage: Stage): void {
    stageToRedo.value = stage
  }

  return { isOpen, stageToRedo, open, askToRedo }
}

export type LessonDialogs = ReturnType<typeof useLessonDialogs>
