import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  look: 'plain' | 'danger'
  /** What a press of its button does, such as undoing what the text tells of. */
  action?: { label: string; run: () => void }
}

/** So many are seen at once: more would hide what they speak of. */
const MOST_TOASTS = 3

/** Short words about what just happened; Toaster shows them. */
export const useToasts = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([])
  let lastId = 0

  function show(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
    lastId += 1
    const toast: Toast = { look: 'plain', ...options, id: lastId, text }
    // What is said again is said once, and the oldest makes room.
    const others = toasts.value.filter((other) => other.text !== text)
    toasts.value = [...others, toast].slice(-MOST_TOASTS)
    return lastId
  }

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  return { toasts, show, dismiss }
})
