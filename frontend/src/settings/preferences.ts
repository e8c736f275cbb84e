import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asFailure, type Failure } from '@/api/failure'
import {
  changePreferences,
  getPreferences,
  type Preferences,
  type PreferencesPatch,
  type Versioned,
} from '@/api/preferences'

/** The settings in force, as all sections of the page know them. */
export const usePreferences = defineStore('preferences', () => {
  const known = shallowRef<Versioned<Preferences> | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const isLoading = ref(false)

  async function load(): Promise<void> {
    isLoading.value = true
    try {
      known.value = await getPreferences()
      failure.value = null
    } catch (error) {
      failure.value = asFailure(error)
    } finally {
      isLoading.value = false
    }
  }

  /**
   * Change what is known; where somebody else was quicker, what is there now becomes known.
   *
   * @throws Failure
   */
  async function change(patch: PreferencesPatch): Promise<void> {
    try {
      known.value = await changePreferences(patch, known.value?.etag ?? '*')
    } catch (error) {
      const { isConflict, present, presentEtag } = asFailure(error)
      if (isConflict && present !== null) {
        const value = present as unknown as Preferences
        known.value = { value, etag: presentEtag ?? `"${value.version}"` }
      }
      throw error
    }
  }

  return { known, failure, isLoading, load, change }
})
