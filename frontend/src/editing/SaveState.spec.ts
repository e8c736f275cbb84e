import { describe, expect, it } from 'vitest'
import { ref, shallowRef } from 'vue'
import { Failure, serverGone } from '@/api/failure'
import { aDraft, anEditing } from '@/testing/editing'
import { renderInPages } from '@/testing/render'
import SaveState from './SaveState.vue'

async function said(more: Parameters<typeof anEditing>[0]): Promise<string> {
  const { container, unmount } = await renderInPages(SaveState, {
    props: { editing: anEditing(more) },
  })
  const text = container.textContent.trim()
  unmount()
  return text
}

describe('Whether edits are saved', () => {
  it('is said of what is worst first: nobody takes for saved what is not', async () => {
    const refused = aDraft({ state: 'failed', failure: new Failure({ code: 'x', detail: 'No.' }) })
    const conflict = aDraft({ state: 'conflict' })
    const gone = aDraft({ failure: serverGone() })
    const saving = aDraft({ state: 'saving' })
    const saved = [{ nSaved: 1 }]
    const all = [saving, gone, conflict, refused]

    const states = []
    for (let n = all.length; n >= 0; n -= 1) {
      states.push(await said({ pending: ref(all.slice(0, n)), visits: saved }))
    }

    expect(states).toEqual([
      'No.',
      'Not saved: someone else has changed it',
      'Will be saved when the server is back',
      'Saving…',
      'Saved',
    ])
  })

  it('is not said while somebody types, nor where nothing was written', async () => {
    const open = shallowRef({ position: 4, character: null })

    expect(await said({ open, pending: ref([aDraft()]) })).toBe('')
    expect(await said({ visits: [{ nSaved: 0 }] })).toBe('')
    expect(await said({ pending: ref([aDraft()]) })).toBe('Saving…')
  })
})
