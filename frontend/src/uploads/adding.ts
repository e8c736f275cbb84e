/** How recordings are taken in that are dropped or chosen now. */

import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Dropped } from './dropped'
import { useUploads } from './uploads'

const PROCESS_KEY = 'lectern.uploads-are-processed'

export const useAdding = defineStore('adding', () => {
  const isOpen = ref(false)
  /** The title of the course that is looked at; "" for none. */
  const course = ref('')
  const isProcessed = useLocalStorage(PROCESS_KEY, true)

  function add(dropped: Dropped): void {
    isOpen.value = false
    const details = { course: course.value, isProcessed: isProcessed.value }
    useUploads().add(dropped, details)
  }

  /** What was chosen, one by one or as a folder. */
  function addChosen(files: readonly File[], isInFolder = false): void {
    const sorted = [...files].sort((one, other) =>
      one.name.localeCompare(other.name, [], { numeric: true }),
    )
    add({ found: sorted.map((file) => ({ file, isInFolder })), skipped: [] })
  }

  return { isOpen, course, isProcessed, add, addChosen }
})
