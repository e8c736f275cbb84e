import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'

export const LONGEST_NAME = 100

/**
 * The name that stands beside what one edits and writes, for whoever wants one: it is given in the
 * settings, kept in this browser, and "" until then. Nobody is asked for it.
 */
export const useOwnName = defineStore('own-name', () => ({
  name: useLocalStorage('lectern.name', ''),
}))
