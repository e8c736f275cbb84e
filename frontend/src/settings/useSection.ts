import { computed, reactive, ref, shallowRef, toRaw, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { asFailure, type Failure } from '@/api/failure'
import type { Preferences, PreferencesPatch } from '@/api/preferences'
import { usePreferences } from './preferences'

export type Value = string | number | boolean | null
export type Values = Record<string, Value>

const UNKNOWN_MODEL = 'unknown-model'

/** A part of the settings that is edited and saved by itself. */
export type Section = ReturnType<typeof useSection>

/**
 * The draft of a section, and what became of saving it.
 *
 * @param read - The section's values in the settings. What is not there, such as the key, is "".
 * @param write - The change of the settings that sets some of the values.
 */
export function useSection(
  read: (preferences: Preferences) => Values,
  write: (changed: Values) => PreferencesPatch,
) {
  const preferences = usePreferences()
  const { t, locale } = useI18n()
  const draft = reactive<Values>({})
  /** What the draft began with. */
  const base = shallowRef<Values>({})
  const isSaving = ref(false)
  const wasSaved = ref(false)
  const hasConflict = ref(false)
  const failure = shallowRef<Failure | null>(null)

  const changed = computed(() =>
    Object.fromEntries(Object.entries(draft).filter(([key, value]) => value !== base.value[key])),
  )
  const isDirty = computed(() => Object.keys(changed.value).length > 0)
  /** What the server says is wrong, by field. */
  const errors = computed<Record<string, string>>(() => {
    const { code, near = [], fields = [] } = failure.value ?? {}
    if (code === UNKNOWN_MODEL) return { model: explainModel(near) }
    return Object.fromEntries(fields.map(({ location, message }) => [keyAt(location), message]))
  })
  /** The failure, where it is not of fields of this section. */
  const otherFailure = computed(() => {
    const isOfFields = Object.keys(errors.value).some((key) => key in draft)
    return isOfFields ? null : failure.value
  })

  /** The field of a place in what was sent: of several that end it, the one that names it best. */
  function keyAt(location: string): string {
    const ending = Object.keys(draft).filter((key) => `.${location}`.endsWith(`.${key}`))
    return ending.sort((one, other) => other.length - one.length)[0] ?? location
  }

  function explainModel(near: readonly string[]): string {
    const [none, meant] = ['failures.messages.unknown-model', 'settings.didYouMean']
    const names = new Intl.ListFormat(locale.value, { type: 'disjunction' }).format(near)
    return near.length === 0 ? t(none) : `${t(none)} ${t(meant, { names })}`
  }

  function present(): Values {
    const { known } = preferences
    return known === null ? {} : read(known.value)
  }

  function set(key: string, value: Value | undefined): void {
    draft[key] = value === undefined ? '' : value
  }

  function reset(): void {
    base.value = present()
    Object.assign(draft, base.value)
    failure.value = null
    hasConflict.value = false
  }

  async function save(): Promise<boolean> {
    if (!isDirty.value || isSaving.value) return !isDirty.value
    isSaving.value = true
    failure.value = null
    hasConflict.value = false
    const sent = structuredClone(toRaw(changed.value))
    try {
      await saveOver(sent)
      settle(sent)
      wasSaved.value = true
      return true
    } catch (error) {
      const found = asFailure(error)
      if (found.isConflict) hasConflict.value = true
      else failure.value = found
      return false
    } finally {
      isSaving.value = false
    }
  }

  /** Save; where only another section was changed meanwhile, save again. */
  async function saveOver(sent: Values): Promise<void> {
    const before = JSON.stringify(base.value)
    try {
      await preferences.change(write(sent))
    } catch (error) {
      const isOurs = asFailure(error).isConflict && JSON.stringify(present()) !== before
      if (isOurs || !asFailure(error).isConflict) throw error
      await preferences.change(write(sent))
    }
  }

  /** What was saved is the new beginning; what was typed meanwhile stays. */
  function settle(sent: Values): void {
    base.value = present()
    for (const [key, value] of Object.entries(base.value)) {
      if (!(key in sent) || draft[key] === sent[key]) draft[key] = value
    }
  }

  watch(
    () => preferences.known,
    () => {
      if (!isDirty.value) reset()
    },
    { immediate: true },
  )
  watch(draft, () => {
    if (isDirty.value) wasSaved.value = false
  })

  return reactive({
    draft,
    errors,
    otherFailure,
    isDirty,
    isSaving,
    wasSaved,
    hasConflict,
    set,
    save,
    reset,
  })
}
