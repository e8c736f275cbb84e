import { client, ifMatch, take, takeVersioned, type Versioned } from './client'
import type { Preferences, PreferencesChange, PreferencesForm, TrialPublic } from './schema'

export type { Versioned } from './client'
export type { Preferences, PreferencesForm, SettingField, TrialPublic, Words } from './schema'

/** What is to be changed, at any depth; what is left out stays. */
export type PreferencesPatch = {
  [Key in keyof PreferencesChange]?: PreferencesChange[Key] extends object
    ? Partial<PreferencesChange[Key]>
    : PreferencesChange[Key]
}

export function getPreferences(): Promise<Versioned<Preferences>> {
  return takeVersioned(client.GET('/api/v1/preferences'))
}

/** What settings there are, and what they are called. */
export function getPreferencesForm(): Promise<PreferencesForm> {
  return take(client.GET('/api/v1/preferences/form'))
}

export function changePreferences(
  change: PreferencesPatch,
  etag: string,
): Promise<Versioned<Preferences>> {
  return takeVersioned(
    client.PATCH('/api/v1/preferences', {
      params: { header: ifMatch(etag) },
      // The document gives sections with their defaults, but takes parts of them.
      body: change as PreferencesChange,
    }),
  )
}

/** Ask each model of the settings in force one small thing. */
export async function tryProvider(): Promise<TrialPublic[]> {
  return (await take(client.POST('/api/v1/preferences/trial'))).items
}
