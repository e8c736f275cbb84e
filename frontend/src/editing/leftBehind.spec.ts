import { waitFor } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it } from 'vitest'
import { fakeServer } from '@/testing/server'
import { keyOfDraft, listDraftKeys } from './draftKeys'
import { sendLeftBehind } from './leftBehind'

const AT = { lessonId: 1, position: 4 }

describe('Drafts that were left behind', () => {
  it('are sent whatever page one is on', async () => {
    const draft = { ...AT, base: 'new ton', text: 'Newton', editor: 'Ada', touched: 0 }
    localStorage.setItem(keyOfDraft(AT), JSON.stringify(draft))
    const sent: unknown[] = []
    const segment = (text: string) => ({ segment: 4, start: 1, end: 2, text, version: text })
    const server = fakeServer({ 'GET /api/v1/lessons/1/segments/4': segment('new ton') })
    server.on('PATCH /api/v1/lessons/1/segments/4', async (request) => {
      sent.push(await request.json())
      return Response.json(segment('Newton'))
    })
    const pinia = createPinia()
    setActivePinia(pinia)

    await sendLeftBehind(pinia)

    await waitFor(() => expect(listDraftKeys()).toEqual([]))
    expect(sent).toEqual([{ text: 'Newton', editor: 'Ada' }])
  })

  it('are all that is looked for: where there is none, nothing is asked', async () => {
    const server = fakeServer()
    localStorage.setItem('lectern.name', 'Ada')

    await sendLeftBehind(createPinia())

    expect(server.requests).toEqual([])
  })
})
