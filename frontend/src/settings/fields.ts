import type { SettingField } from '@/api/preferences'
import type { Value, Values } from './useSection'

export interface Nested {
  [key: string]: Value | Nested
}

/** What the server is sent for what stands in the controls: an empty one may mean null. */
export function toSend(fields: readonly SettingField[], changed: Values): Nested {
  const sent: Nested = {}
  for (const [key, value] of Object.entries(changed)) {
    const field = fields.find((each) => each.key === key)
    const isNone = value === '' && (field?.is_optional === true || field?.kind === 'number')
    const names = key.split('.')
    const last = names.pop() ?? key
    let section = sent
    for (const name of names) section = (section[name] ??= {}) as Nested
    section[last] = isNone ? null : value
  }
  return sent
}

/** What stands in the controls for what the server knows. */
export function toShow(fields: readonly SettingField[], section: object): Values {
  return Object.fromEntries(fields.map(({ key }) => [key, valueAt(section, key) ?? '']))
}

function valueAt(section: object, key: string): Value | undefined {
  let within: unknown = section
  for (const name of key.split('.')) {
    within = (within as Record<string, unknown> | undefined)?.[name]
  }
  return within as Value | undefined
}
