/** How recordings are taken in that are dropped or chosen now. */

import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useUploads } from './uploads'

const PROCESS_KEY = 'lectern.uploads-are-processed'

export const useAdding = defineStore('adding', () => {
  const isOpen = ref(false)
  /** The title of the course that is looked at; "" for none. */
  const course = ref('')
  const isProcessed = useLocalStorage(PROCESS_KEY, true)

  function add(files: Iterable<File>): void {
    isOpen.value = false
    const details = { course: course.value, isProcessed: isProcessed.value }
    useUploads().add(files, details)
  }

  return { isOpen, course, isProcessed, add }
})
