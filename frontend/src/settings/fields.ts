import type { Value, Values } from './useSection'

/** What a setting is, for its control. */
export interface SettingField {
  key: string
  kind: 'choice' | 'text' | 'long' | 'number' | 'switch'
  options?: readonly string[]
  min?: number
  max?: number
  step?: number
  /** It may be left empty, which the server knows as null. */
  isOptional?: boolean
  /** Few need it: it is shown when it is asked for. */
  isRare?: boolean
}

export const TRANSCRIPTION: readonly SettingField[] = [
  { key: 'engine', kind: 'choice', options: ['auto', 'faster-whisper', 'pocketsphinx'] },
  { key: 'model', kind: 'text' },
  { key: 'language', kind: 'choice', isOptional: true },
  { key: 'initial_prompt', kind: 'long' },
  { key: 'beam_size', kind: 'number', min: 1, max: 100, isRare: true },
  { key: 'vad_filter', kind: 'switch', isRare: true },
  { key: 'device', kind: 'choice', options: ['auto', 'cpu', 'cuda'], isRare: true },
  {
    key: 'compute_type',
    kind: 'choice',
    options: [
      'default',
      'auto',
      'int8',
      'int8_float32',
      'int8_float16',
      'int8_bfloat16',
      'int16',
      'float16',
      'bfloat16',
      'float32',
    ],
    isRare: true,
  },
]

export const CORRECTION: readonly SettingField[] = [
  { key: 'model', kind: 'text' },
  { key: 'prompt', kind: 'long' },
  { key: 'temperature', kind: 'number', min: 0, max: 2, step: 0.1, isOptional: true },
]

export const SUMMARY: readonly SettingField[] = [
  { key: 'max_length', kind: 'number', min: 10, max: 100_000 },
  { key: 'model', kind: 'text' },
  { key: 'prompt', kind: 'long' },
  { key: 'temperature', kind: 'number', min: 0, max: 2, step: 0.1, isOptional: true },
  { key: 'context_tokens', kind: 'number', min: 1000, step: 1000, isOptional: true },
]

/** Offline there is no model that is asked: only this counts. */
export const SUMMARY_OFFLINE = SUMMARY.filter(({ key }) => key === 'max_length')

export const CALLS: readonly SettingField[] = [
  { key: 'max_concurrency', kind: 'number', min: 1, max: 1000, isOptional: true },
  { key: 'requests_per_minute', kind: 'number', min: 0, isOptional: true },
]

export const WORKER: readonly SettingField[] = [
  { key: 'transcriptions', kind: 'number', min: 1, max: 64 },
  { key: 'language_tasks', kind: 'number', min: 1, max: 64 },
  { key: 'takeover_seconds', kind: 'number', min: 1, max: 3600 },
  { key: 'keep_days', kind: 'number', min: 0, isOptional: true },
]

export const LIBRARY: readonly SettingField[] = [
  { key: 'undo_days', kind: 'number', min: 0, max: 36_500 },
  { key: 'watch_folder', kind: 'text', isOptional: true },
  { key: 'watch_process', kind: 'switch' },
]

/** What the server is sent for what stands in the controls: an empty one may mean null. */
export function toSend(fields: readonly SettingField[], changed: Values): Values {
  return Object.fromEntries(
    Object.entries(changed).map(([key, value]): [string, Value] => {
      const field = fields.find((each) => each.key === key)
      const isNone = value === '' && (field?.isOptional === true || field?.kind === 'number')
      return [key, isNone ? null : value]
    }),
  )
}

/** What stands in the controls for what the server knows. */
export function toShow(fields: readonly SettingField[], section: object): Values {
  const known = section as Values
  return Object.fromEntries(fields.map(({ key }) => [key, known[key] ?? '']))
}
