import { serverGone } from './failure'
import { tellUnreachable } from './reachability'
import { client, ifMatch, take, takeVersioned, type Versioned } from './client'
import type { Preferences, PreferencesChange, TrialPublic } from './schema'

export type { Versioned } from './client'
export type { Preferences, TrialPublic } from './schema'

/** What is to be changed, at any depth; what is left out stays. */
export type PreferencesPatch = {
  [Key in keyof PreferencesChange]?: PreferencesChange[Key] extends object
    ? Partial<PreferencesChange[Key]>
    : PreferencesChange[Key]
}

export function getPreferences(): Promise<Versioned<Preferences>> {
  return takeVersioned(client.GET('/api/v1/preferences'))
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

interface Described {
  components: { schemas: Record<string, { properties?: Record<string, { default?: unknown }> }> }
}

/** The prompts that hold where nobody has written others, as the API's own document names them. */
export async function usualPrompts(): Promise<Record<'correction' | 'summary', string>> {
  const { schemas } = (await readDescription()).components
  const promptOf = (schema: string) => String(schemas[schema]?.properties?.prompt?.default ?? '')
  return { correction: promptOf('CorrectionSettings'), summary: promptOf('SummarySettings') }
}

async function readDescription(): Promise<Described> {
  try {
    return (await (await fetch('/openapi.json')).json()) as Described
  } catch {
    tellUnreachable()
    throw serverGone()
  }
}
