import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const LONGEST_NAME = 100

/**
 * The name that stands beside what one edits and writes. It is asked for once, before the first
 * such thing, and kept in this browser.
 */
export const useOwnName = defineStore('own-name', () => {
  const name = useLocalStorage('lectern.name', '')
  /** Whether somebody waits for an answer: OwnNameDialog asks. */
  const isAsked = ref(false)
  let answered: ((name: string | null) => void)[] = []

  /** The name; null where none was given. */
  function ask(): Promise<string | null> {
    if (name.value !== '') return Promise.resolve(name.value)
    isAsked.value = true
    return new Promise((resolve) => answered.push(resolve))
  }

  function answer(given: string | null): void {
    if (given !== null) name.value = given
    isAsked.value = false
    for (const resolve of answered) resolve(given)
    answered = []
  }

  return { name, isAsked, ask, answer }
})
