import { useI18n } from 'vue-i18n'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
const STEP = 1000

/** Sizes of files as people read them: "484 MB", "1.6 GB". */
export function useSizes() {
  const { locale } = useI18n()

  function formatSize(bytes: number): string {
    const step = Math.min(
      UNITS.length - 1,
      Math.floor(Math.log10(Math.max(bytes, 1)) / Math.log10(STEP)),
    )
    const value = bytes / STEP ** step
    return new Intl.NumberFormat(locale.value, {
      style: 'unit',
      unit: UNITS[step],
      unitDisplay: 'short',
      maximumFractionDigits: value < 10 && step > 1 ? 1 : 0,
    }).format(value)
  }

  return { formatSize }
}
