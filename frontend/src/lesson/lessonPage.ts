/** What the parts of a lesson's page have in common; the page makes it, see `LessonPage.vue`. */

import { inject, provide, type InjectionKey, type Ref } from 'vue'
import type { Editing } from '@/editing/useEditing'
import type { LessonNotes } from '@/notes/useLessonNotes'
import type { PageFind } from './find/usePageFind'
import type { Reruns } from './making/useReruns'
import type { Listening } from './player/listening'
import type { Pane } from './transcript/pane'
import type { Copying } from './useCopying'
import type { WholeLesson } from './useLesson'
import type { LessonDialogs } from './useLessonDialogs'
import type { LessonTasks } from './useLessonTasks'
import type { Parts } from './useParts'
import type { ShownText } from './useShownText'

export interface LessonPage {
  lessonId: number
  whole: WholeLesson
  /** The title of its theme; "" for none. */
  theme: Readonly<Ref<string>>
  tasks: LessonTasks
  reruns: Reruns
  shown: ShownText
  /** The transcript, where it is shown. */
  pane: Ref<Pane | null>
  listening: Listening
  canPlay: Readonly<Ref<boolean>>
  editing: Editing
  notes: LessonNotes
  find: PageFind
  copying: Copying
  parts: Parts
  dialogs: LessonDialogs
}

const PAGE: InjectionKey<LessonPage> = Symbol('lesson page')

export function provideLessonPage(page: LessonPage): void {
  provide(PAGE, page)
}

export function useGivenLessonPage(): LessonPage {
  const page = inject(PAGE)
  if (page === undefined) throw new Error('this is no part of a lesson’s page')
  return page
}
