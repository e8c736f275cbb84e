import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import { fakeServer, type FakeServer } from '@/testing/server'
import CaptionsDialog from './CaptionsDialog.vue'

const ADDRESS = '/api/v1/lessons/3/captions'
const NOTICE = {
  code: 'captions-bad-times',
  text: 'Lines 4–5: left out.',
  facts: { lines: '4–5', n: 2 },
}
const sent: string[] = []
let server: FakeServer

beforeEach(() => {
  sent.length = 0
  server = fakeServer({ 'GET /healthz': { status: 'ok' } })
  server.on(`POST ${ADDRESS}/preview`, async (request) => {
    sent.push(await request.text())
    const encoding = new URL(request.url).searchParams.get('encoding') ?? 'gb18030'
    const text = encoding === 'gb18030' ? '今天我们来看光。' : 'スフ'
    return Response.json({
      encoding,
      encodings: { gb18030: 'GBK', cp932: 'Shift-JIS' },
      segments: 1,
      first: [{ start: 1, end: 2, text }],
      notices: [NOTICE],
    })
  })
  server.on(`POST ${ADDRESS}`, async (request) => {
    sent.push(await request.text())
    return Response.json({ lesson_id: 3, segments: 1, notices: [] })
  })
})

describe('the import of captions', () => {
  it('shows how a file is read, in another encoding if one is chosen, before it is imported', async () => {
    const { emitted } = await renderInPages(CaptionsDialog, { props: { open: true, lessonId: 3 } })
    expect(screen.getByRole('button', { name: 'Import' })).toBeDisabled()

    await userEvent.upload(
      screen.getByLabelText('Caption file'),
      new File(['1\n00:00:01,000 --> 00:00:02,000\nx\n'], 'a.srt'),
    )
    expect(await screen.findByText(/今天我们来看光/)).toBeVisible()
    expect(screen.getByText('1 caption')).toBeVisible()
    expect(screen.getByText('Lines 4–5 were skipped: their times cannot be read.')).toBeVisible()

    await userEvent.selectOptions(screen.getByLabelText('Encoding'), 'Shift-JIS')
    expect(await screen.findByText(/スフ/)).toBeVisible()

    await userEvent.click(screen.getByRole('button', { name: 'Import' }))
    await expect.poll(() => emitted()).toHaveProperty('imported')
    expect(server.requests).toContain(`POST ${ADDRESS}?encoding=cp932&name=a.srt`)
    expect(sent).toEqual(Array(3).fill('1\n00:00:01,000 --> 00:00:02,000\nx\n'))
  })

  it('says in the language of the pages what was mended, on which lines', async () => {
    const props = { open: true, lessonId: 3 }
    await renderInPages(CaptionsDialog, { props, language: 'fr' })

    await userEvent.upload(
      screen.getByLabelText('Fichier de sous-titres'),
      new File(['1\n00:00:01,000 --> 00:00:02,000\nx\n'], 'a.srt'),
    )

    expect(
      await screen.findByText(
        'Les lignes 4–5 ont été ignorées\u00a0: leurs horaires sont illisibles.',
        { normalizer: (text) => text },
      ),
    ).toBeVisible()
  })
})
