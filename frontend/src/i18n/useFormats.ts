import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const MINUTE = 60
const HOUR = 3600
const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Dates, lengths and numbers as the language of the pages writes them. */
export function useFormats() {
  const { locale: language } = useI18n()
  const locale = computed(() => regionalTag(language.value))

  const day = computed(
    () => new Intl.DateTimeFormat(locale.value, { day: 'numeric', month: 'long', year: 'numeric' }),
  )
  const moment = computed(
    () => new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }),
  )
  const number = computed(() => new Intl.NumberFormat(locale.value))
  const share = computed(() => new Intl.NumberFormat(locale.value, { style: 'percent' }))
  const units = computed(() => ({
    hour: unitFormat(locale.value, 'hour'),
    minute: unitFormat(locale.value, 'minute'),
    second: unitFormat(locale.value, 'second'),
  }))

  /** How long something lasts, for reading: "1 hr 24 min". */
  function formatLength(seconds: number): string {
    const { hour, minute, second } = units.value
    if (seconds < MINUTE) return second.format(Math.round(seconds))
    const minutes = Math.round(seconds / MINUTE)
    const parts = [
      ...(minutes >= MINUTE ? [hour.format(Math.floor(minutes / MINUTE))] : []),
      ...(minutes % MINUTE > 0 ? [minute.format(minutes % MINUTE)] : []),
    ]
    return parts.join(' ')
  }

  /** A size: "12.4 MB". Of a speed, `per` says "per second". */
  function formatBytes(bytes: number, per = ''): string {
    const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), SIZES.length - 1)
    const format = new Intl.NumberFormat(locale.value, {
      style: 'unit',
      unit: `${SIZES[step] ?? 'byte'}${per}`,
      unitDisplay: step === 0 ? 'long' : 'short',
      maximumFractionDigits: step < 2 ? 0 : 1,
    })
    return format.format(bytes / 1000 ** step)
  }

  return {
    formatBytes: (bytes: number) => formatBytes(bytes),
    formatSpeed: (bytesPerSecond: number) => formatBytes(bytesPerSecond, '-per-second'),
    formatDay: (iso: string) => day.value.format(new Date(iso)),
    formatMoment: (iso: string) => moment.value.format(new Date(iso)),
    formatNumber: (value: number) => number.value.format(value),
    formatShare: (value: number) => share.value.format(value),
    formatLength,
    formatTime,
  }
}

/** Where the browser has the same language with a region, its dates and numbers are written so. */
function regionalTag(language: string): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language
}

function unitFormat(locale: string, unit: string): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' })
}

/** A place in a recording as players write it: "7:05", "1:07:05". */
export function formatTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / HOUR)
  const minutes = Math.floor((whole % HOUR) / MINUTE)
  const two = (value: number) => String(value).padStart(2, '0')
  const ends = two(whole % MINUTE)
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${ends}` : `${String(minutes)}:${ends}`
}
