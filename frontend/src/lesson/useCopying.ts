import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useToasts } from '@/ui/toasts'
import type { LessonText } from './transcript/LessonText'
import type { Paragraph } from './transcript/paragraphs'

/** Whether an address leads to the computer itself, wherever it is opened. */
export function isOwnAddress(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
}

/** What goes to the clipboard, said when it is there. */
export function useCopying(lessonId: number) {
  const { t } = useI18n()
  const router = useRouter()
  const toasts = useToasts()

  async function put(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      toasts.show(done)
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      toasts.show(t('lesson.notCopied'), { look: 'danger' })
    }
  }

  const copyPlain = (text: string) => put(text, t('lesson.copied'))

  /** All of a text, in the paragraphs in which it is read. */
  function copyText(text: LessonText, paragraphs: readonly Paragraph[]): Promise<void> {
    const written = paragraphs.map(({ first, end }) => {
      const segments = Array.from({ length: end - first }, (_, step) => text.shown(first + step))
      return segments.filter(Boolean).join(' ')
    })
    return copyPlain(written.join('\n\n'))
  }

  /** The address of a moment of the lesson. */
  function copyLink(seconds: number): Promise<void> {
    const query = seconds >= 1 ? { t: String(Math.floor(seconds)) } : {}
    const { href } = router.resolve({ name: 'lesson', params: { id: lessonId }, query })
    const { host, hostname, origin } = location
    const done = isOwnAddress(hostname)
      ? t('lesson.linkCopiedHere', { host })
      : t('lesson.linkCopied')
    return put(new URL(href, origin).href, done)
  }

  return { copyPlain, copyText, copyLink }
}

export type Copying = ReturnType<typeof useCopying>
