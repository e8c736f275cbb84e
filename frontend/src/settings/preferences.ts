import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asFailure, type Failure } from '@/api/failure'
import {
  changePreferences,
  getPreferences,
  getPreferencesForm,
  type Preferences,
  type PreferencesForm,
  type PreferencesPatch,
  type SettingField,
  type Versioned,
} from '@/api/preferences'

/** The settings in force, as all sections of the page know them. */
export const usePreferences = defineStore('preferences', () => {
  const known = shallowRef<Versioned<Preferences> | null>(null)
  /** What settings there are: known before they are. */
  const form = shallowRef<PreferencesForm | null>(null)
  const failure = shallowRef<Failure | null>(null)
  const isLoading = ref(false)

  async function load(): Promise<void> {
    isLoading.value = true
    try {
      const [described, present] = await Promise.all([
        form.value ?? getPreferencesForm(),
        getPreferences(),
      ])
      form.value = described
      known.value = present
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

  function fieldsOf(section: string): readonly SettingField[] {
    return form.value?.sections.find(({ name }) => name === section)?.fields ?? []
  }

  return { known, fieldsOf, failure, isLoading, load, change }
})
