import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Which hit was followed from the search page: the focus goes there when one comes back. */
export const useSearchPlace = defineStore('search-place', () => {
  const followed = ref<string | null>(null)
  return { followed }
})
