import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import type { LessonPublic } from '@/api/lessons'
import type { Rerun } from '@/api/reruns'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { aTask, aWholeLesson } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import { useToasts } from '@/ui/toasts'
import LessonPage from './LessonPage.vue'
import { useLesson } from './useLesson'

const HEARD = [
  { start: 0, end: 2, text: 'good morning everyone' },
  { start: 4, end: 9, text: 'Today we learn how new ton found the colours.' },
  { start: 30, end: 33, text: 'Let us begin.', flags: ['low_confidence'] },
]
const CORRECTED = [
  { ...HEARD[0], text: 'Good morning, everyone.' },
  { ...HEARD[1], text: 'Today we learn how Newton found the colours.' },
  HEARD[2],
]
const SUMMARY = {
  lesson_id: 1,
  brief: 'White light is a mixture.',
  summary: 'Newton found the colours.',
  moments: [{ text: 'Newton found the colours.', start: 4, end: 9, segments: [1] }],
  metadata: {},
  is_older_than_text: false,
  edited: [],
  version: 's1',
}

function whisper(model: string) {
  const name = `Whisper (${model})`
  return { maker: 'faster-whisper', model, words: { en: name, fr: name } }
}

const BUILT_IN = {
  maker: 'pocketsphinx',
  model: 'en-us',
  words: { en: 'the built-in speech recognition', fr: 'la reconnaissance vocale intégrée' },
}
const BASIC = { en: 'basic and knows English only', fr: 'sommaire et ne connaît que l’anglais' }

function aRerun(task_type: Rerun['task_type'], more: Partial<Rerun> = {}): Rerun {
  const layers = { transcription: 'transcript', correction: 'correction', summary: 'summary' }
  return {
    task_type,
    layer: layers[task_type] as Rerun['layer'],
    has_text: true,
    is_due: false,
    made_by: whisper('small'),
    would_be_made_by: whisper('medium'),
    problem: null,
    problem_code: null,
    is_lower_quality: false,
    calls: 0,
    is_edited: false,
    former: null,
    ...more,
  }
}

/** The tasks that are asked for, one number after the other. */
function takeTasks(): unknown[] {
  const asked: unknown[] = []
  server.on('POST /api/v1/tasks', async (request) => {
    asked.push(await request.json())
    const task = aTask({ id: 10 + asked.length, status: 'pending' })
    return Response.json(task, { status: 201 })
  })
  return asked
}

async function openMenu(item: string): Promise<void> {
  await userEvent.click(await screen.findByRole('button', { name: 'More' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: item }))
}

let server: FakeServer

function answerLesson(more: Partial<LessonPublic> = {}): void {
  server.on('GET /api/v1/lessons/1', () =>
    Response.json(aWholeLesson(more), { headers: { ETag: '"v1"' } }),
  )
}

const notTranscribed = {
  state: 'new',
  has_transcript: false,
  has_corrected_transcript: false,
  has_summary: false,
} as const

function renderPage(address = '/lessons/1') {
  return renderInPages(LessonPage, { props: { lessonId: 1 }, address })
}

function mediaElement(): HTMLVideoElement {
  const video = document.querySelector('video')
  if (video === null) throw new Error('there is no player')
  return video
}

beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (
    this: HTMLMediaElement,
  ) {
    this.dispatchEvent(new Event('play'))
    return Promise.resolve()
  })
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(function (
    this: HTMLMediaElement,
  ) {
    this.dispatchEvent(new Event('pause'))
  })
  server = fakeServer({
    'GET /api/v1/lessons/1/transcript': { lesson_id: 1, layer: 'transcript', segments: HEARD },
    'GET /api/v1/lessons/1/corrected-transcript': {
      lesson_id: 1,
      layer: 'corrected_transcript',
      segments: CORRECTED,
    },
    'GET /api/v1/lessons/1/summary': SUMMARY,
    'GET /api/v1/tasks': { items: [], next_cursor: null },
    'GET /api/v1/courses': { items: [] },
  })
  answerLesson()
})

describe('LessonPage', () => {
  it('shows the corrected text, its times, and the summary beside it', async () => {
    await renderPage()

    const text = within(await screen.findByRole('list', { name: 'Transcript' }))
    expect(text.getByText('Good morning, everyone.')).toBeVisible()
    expect(text.getAllByRole('listitem')[0]).toHaveAttribute('aria-setsize', '2')
    expect(text.getByRole('button', { name: 'Play from 0:30' })).toBeVisible()
    expect(screen.getByRole('heading', { level: 1, name: 'Enzymes' })).toBeInTheDocument()
    expect(screen.getByText('White light is a mixture.')).toBeInTheDocument()
  })

  it('shows the text as it was heard, and what correction changed', async () => {
    await renderPage()
    await userEvent.click(await screen.findByRole('button', { name: '2 changes' }))

    expect(screen.getByText('new ton')).toHaveProperty('tagName', 'DEL')
    expect(screen.getByText('Newton')).toHaveProperty('tagName', 'INS')

    await userEvent.click(screen.getByRole('radio', { name: 'Original' }))
    expect(screen.getByText('good morning everyone')).toBeVisible()
  })

  it('says why a segment is doubtful', async () => {
    await renderPage()

    await userEvent.click(await screen.findByRole('button', { name: 'Check this passage' }))

    expect(screen.getByRole('note')).toHaveTextContent('Speech recognition was unsure here.')
  })

  it('follows the recording, and plays from where one presses', async () => {
    await renderPage()
    await userEvent.click(await screen.findByRole('button', { name: 'Play from 0:30' }))

    expect(mediaElement().currentTime).toBe(30)
    await waitFor(() =>
      expect(screen.getByText('Let us begin.')).toHaveAttribute('aria-current', 'true'),
    )
    expect(screen.getByRole('button', { name: 'Pause' })).toBeVisible()
  })

  it('repeats a sentence until it is told not to', async () => {
    await renderPage()
    await userEvent.click(await screen.findByRole('button', { name: 'Play from 0:30' }))
    const repeat = screen.getByRole('button', { name: 'Repeat this sentence' })
    await userEvent.click(repeat)
    expect(repeat).toHaveAttribute('aria-pressed', 'true')

    mediaElement().currentTime = 33.1
    mediaElement().dispatchEvent(new Event('timeupdate'))
    expect(mediaElement().currentTime).toBe(30)

    await userEvent.click(repeat)
    mediaElement().currentTime = 33.1
    mediaElement().dispatchEvent(new Event('timeupdate'))
    expect(mediaElement().currentTime).toBe(33.1)
  })

  it('says when the recording cannot be played', async () => {
    await renderPage()
    await screen.findByText('Good morning, everyone.')

    mediaElement().dispatchEvent(new Event('error'))

    expect(await screen.findByRole('alert')).toHaveTextContent('This recording cannot be played')
  })

  it('goes to the word that is pressed', async () => {
    await renderPage()
    const segment = await screen.findByText('Let us begin.')
    const words = [...segment.childNodes].find((node) => node.textContent === 'Let us begin.')
    document.caretPositionFromPoint = () =>
      ({ offsetNode: words, offset: 8 }) as unknown as CaretPosition

    await userEvent.click(segment)

    // Its words have no times of their own, and share those of the segment.
    expect(mediaElement().currentTime).toBeCloseTo(31.36, 1)
  })

  it('begins at the moment that the address names, else where one stopped', async () => {
    localStorage.setItem('lectern.places', '[[1, 12]]')
    const { unmount } = await renderPage('/lessons/1?t=31')
    expect(await screen.findByText('0:31')).toBeVisible()
    unmount()
    localStorage.setItem('lectern.places', '[[1, 12]]')
    await renderPage()
    expect(await screen.findByText('0:12')).toBeVisible()
  })

  it('does what the keys say, but not while somebody types', async () => {
    await renderPage()
    await screen.findByText('Good morning, everyone.')

    await userEvent.keyboard('k')
    expect(screen.getByRole('button', { name: 'Pause' })).toBeVisible()
    await userEvent.keyboard('l')
    expect(mediaElement().currentTime).toBe(10)
    await userEvent.keyboard(']')
    expect(screen.getByRole('button', { name: 'Speed: 1.25×' })).toBeVisible()

    await userEvent.keyboard('{Control>}f{/Control}')
    await userEvent.type(await screen.findByRole('searchbox'), 'kl')
    expect(mediaElement().currentTime).toBe(10)
    expect(screen.getByRole('button', { name: 'Pause' })).toBeVisible()
  })

  it('finds words, and steps from one to the next', async () => {
    await renderPage()
    await userEvent.click(await screen.findByRole('button', { name: 'Find in this lesson' }))

    await userEvent.type(await screen.findByRole('searchbox'), 'GOOD')
    expect(await screen.findByText('1 of 1')).toBeVisible()
    await userEvent.clear(screen.getByRole('searchbox'))
    await userEvent.type(screen.getByRole('searchbox'), 'e')
    await screen.findByText('1 of 9')
    await userEvent.keyboard('{Enter}')
    expect(screen.getByText('2 of 9')).toBeVisible()

    await userEvent.keyboard('{Escape}')
    expect(screen.queryByRole('searchbox')).not.toBeInTheDocument()
  })

  it('says what made the texts, and that a better recogniser could be had', async () => {
    const made = { words: null, caveat: null, left_segments: [], notices: [] }
    answerLesson({
      making: {
        transcript: { ...made, ...BUILT_IN, caveat: BASIC },
        corrected_transcript: { ...made, maker: 'OpenAI', model: 'gpt-5-mini' },
        summary: { ...made, maker: 'Offline', model: 'lexrank' },
      },
    })
    await renderPage()

    expect(await screen.findByText('Transcribed by the built-in speech recognition')).toBeVisible()
    expect(screen.getByText(/which is basic and knows English only/)).toBeVisible()
    expect(screen.getByText('Corrected by gpt-5-mini')).toBeVisible()
    expect(screen.getByText('Summary made of sentences from the lesson')).toBeVisible()
    const link = screen.getByRole('link', { name: 'Get a better model' })
    expect(link).toHaveAttribute('href', '/settings#models')
  })

  it('has what the provider left uncorrected asked for again', async () => {
    const made = {
      maker: 'OpenAI',
      model: 'gpt-5-mini',
      words: null,
      caveat: null,
      left_segments: [4, 5],
      notices: [],
    }
    answerLesson({ making: { transcript: null, corrected_transcript: made, summary: null } })
    server.on('POST /api/v1/tasks', async (request) => {
      expect(await request.json()).toMatchObject({
        task_type: 'correction',
        parameters: { lesson_id: 1 },
      })
      return Response.json(aTask({ task_type: 'correction' }), { status: 201 })
    })
    await renderPage()
    expect(await screen.findByText(/2 segments could not be corrected/)).toBeVisible()

    await userEvent.click(screen.getByRole('button', { name: 'Correct the rest' }))

    expect(await screen.findByText('Correcting, 43%')).toBeVisible()
    expect(screen.queryByText(/could not be corrected/)).not.toBeInTheDocument()
  })

  it('has a lesson without a transcript transcribed', async () => {
    answerLesson(notTranscribed)
    server.on('POST /api/v1/tasks', async (request) => {
      expect(await request.json()).toMatchObject({
        task_type: 'process',
        parameters: { lesson_id: 1 },
      })
      return Response.json(aTask({ status: 'pending', progress: 0 }), { status: 201 })
    })
    await renderPage()

    await userEvent.click(await screen.findByRole('button', { name: 'Transcribe' }))

    expect(await screen.findByText('Waiting to start')).toBeVisible()
  })

  it('shows what a transcription has finished, and all of it at the end', async () => {
    answerLesson(notTranscribed)
    server.on('GET /api/v1/tasks', () => Response.json({ items: [aTask()], next_cursor: null }))
    server.on('GET /api/v1/lessons/1/transcript/so-far', () =>
      Response.json({ lesson_id: 1, until: 9, segments: HEARD.slice(0, 2) }),
    )
    await renderPage()
    expect(await screen.findByText('good morning everyone')).toBeVisible()
    expect(screen.getByText('More text will appear as the lesson is transcribed.')).toBeVisible()

    answerLesson()
    FakeEventSource.last.send('task', aTask({ status: 'completed', progress: 1 }))

    expect(await screen.findByText('Good morning, everyone.')).toBeVisible()
    expect(
      screen.queryByText('More text will appear as the lesson is transcribed.'),
    ).not.toBeInTheDocument()
  })

  it('can have the work stopped', async () => {
    server.on('GET /api/v1/tasks', () => Response.json({ items: [aTask()], next_cursor: null }))
    server.on('POST /api/v1/tasks/7/cancel', () => Response.json(aTask({ status: 'cancelled' })))
    await renderPage()
    const progress = await screen.findByRole('progressbar', { name: 'Progress' })
    expect(progress).toHaveAttribute('aria-valuenow', '43')

    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))

    await waitFor(() => expect(progress).not.toBeInTheDocument())
  })

  it('says why the work failed, and tries again', async () => {
    answerLesson(notTranscribed)
    const failed = aTask({
      status: 'failed',
      error: '`large-v3` is not installed: run `lectern models download large-v3`.',
      error_code: 'model-not-installed',
      error_facts: { model: 'large-v3' },
    })
    server.on('GET /api/v1/tasks', () => Response.json({ items: [failed], next_cursor: null }))
    server.on('POST /api/v1/tasks/7/retry', () => Response.json(aTask({ status: 'pending' })))
    await renderPage()
    expect(await screen.findByText('The Whisper model is not installed.')).toBeVisible()
    expect(screen.getByText('Model: large-v3')).toBeVisible()
    expect(screen.queryByText(/lectern models/)).not.toBeInTheDocument()

    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))

    expect(await screen.findByText('Waiting to start')).toBeVisible()
    expect(screen.queryByText('The Whisper model is not installed.')).not.toBeInTheDocument()
  })

  it('says where nobody spoke', async () => {
    answerLesson({ has_corrected_transcript: false, has_summary: false })
    server.on('GET /api/v1/lessons/1/transcript', () =>
      Response.json({ lesson_id: 1, layer: 'transcript', segments: [] }),
    )
    await renderPage()

    expect(await screen.findByRole('heading', { name: 'No speech' })).toBeVisible()
  })

  it('says when there is no such lesson', async () => {
    server.on('GET /api/v1/lessons/1', () => problem(404, 'lesson-not-found'))
    await renderPage()

    expect(await screen.findByText('This lesson does not exist.')).toBeVisible()
  })

  it('is read from right to left where its language is', async () => {
    answerLesson({ language: 'he' })
    await renderPage()

    const text = await screen.findByRole('list', { name: 'Transcript' })
    expect(text).toHaveAttribute('dir', 'rtl')
    expect(within(text).getAllByText('Let us begin.')[0]?.closest('p')).toHaveAttribute(
      'lang',
      'he',
    )
  })

  it('goes into the trash, and comes back', async () => {
    server.on('DELETE /api/v1/lessons/1', () => new Response(null, { status: 204 }))
    server.on('POST /api/v1/trash/1/restore', () => Response.json(aWholeLesson()))
    const { router, pinia } = await renderPage()
    await userEvent.click(await screen.findByRole('button', { name: 'More' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }))
    await waitFor(() => expect(router.currentRoute.value.name).toBe('library'))
    const [toast] = useToasts(pinia).toasts
    expect(toast?.text).toBe('“Enzymes” was moved to the trash.')

    toast?.action?.run()

    await waitFor(() => expect(router.currentRoute.value.path).toBe('/lessons/1'))
    expect(server.requests).toContain('POST /api/v1/trash/1/restore')
  })

  it('offers files of what is chosen', async () => {
    await renderPage()
    await userEvent.click(await screen.findByRole('button', { name: 'Export' }))
    expect(await screen.findByRole('menuitem', { name: 'PDF' })).toHaveAttribute(
      'href',
      '/api/v1/lessons/1/export?format=pdf&part=both&layer=corrected_transcript',
    )

    await userEvent.click(screen.getByRole('menuitemradio', { name: 'Summary' }))

    expect(screen.queryByRole('menuitem', { name: 'Captions (SRT)' })).not.toBeInTheDocument()
    expect(screen.getByRole('menuitem', { name: 'PDF' })).toHaveAttribute(
      'href',
      '/api/v1/lessons/1/export?format=pdf&part=summary&layer=corrected_transcript',
    )
  })

  it('says what stands there when somebody else was quicker with the details', async () => {
    server.on('PATCH /api/v1/lessons/1', (request) => {
      if (request.headers.get('If-Match') === '"v1"') return problem(412, 'conflict')
      expect(request.headers.get('If-Match')).toBe('"v2"')
      const saved = aWholeLesson({ title: 'Mine' })
      return Response.json(saved, { headers: { ETag: '"v3"' } })
    })
    await renderPage()
    await userEvent.click(await screen.findByRole('button', { name: 'More' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Edit details' }))
    const title = await screen.findByLabelText('Title')
    await userEvent.clear(title)
    await userEvent.type(title, 'Mine')
    server.on('GET /api/v1/lessons/1', () =>
      Response.json(aWholeLesson({ title: 'The other version' }), { headers: { ETag: '"v2"' } }),
    )
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    expect(await screen.findByText('The other version')).toBeVisible()

    await userEvent.click(screen.getByRole('button', { name: 'Save my changes' }))

    expect(await screen.findByRole('heading', { level: 1, name: 'Mine' })).toBeInTheDocument()
  })
})

describe('making texts anew', () => {
  const answerReruns = (...items: Rerun[]) =>
    server.on('GET /api/v1/lessons/1/reruns', () => Response.json({ items }))

  it('says what it replaces and costs, and does each stage by itself', async () => {
    const byModel = { maker: 'OpenAI', model: 'gpt-4o', words: null }
    const paid = { made_by: byModel, would_be_made_by: byModel }
    answerReruns(
      aRerun('transcription'),
      aRerun('correction', { ...paid, calls: 12 }),
      aRerun('summary', { ...paid, calls: 1 }),
    )
    const asked = takeTasks()
    await renderPage()

    await openMenu('Correct again')
    const dialog = within(await screen.findByRole('dialog', { name: 'Correct again?' }))
    expect(await dialog.findByText(/About 12 requests to the language model/)).toBeVisible()
    expect(dialog.getByText(/Current text: OpenAI gpt-4o/)).toBeVisible()
    expect(dialog.getByRole('checkbox', { name: /Summarise it/ })).not.toBeChecked()
    await userEvent.click(dialog.getByRole('button', { name: 'Correct' }))

    await waitFor(() => expect(asked).toHaveLength(1))
    expect(asked[0]).toMatchObject({ task_type: 'correction', parameters: { lesson_id: 1 } })
  })

  it('goes on with what costs nothing, one after the other', async () => {
    answerReruns(aRerun('transcription'), aRerun('correction'), aRerun('summary', { calls: 2 }))
    const asked = takeTasks()
    await renderPage()

    await openMenu('Transcribe again')
    const dialog = within(await screen.findByRole('dialog', { name: 'Transcribe again?' }))
    await userEvent.click(await dialog.findByRole('button', { name: 'Transcribe' }))

    await waitFor(() => expect(asked).toHaveLength(2))
    expect(asked).toMatchObject([
      { task_type: 'transcription', depends_on: null },
      { task_type: 'correction', depends_on: 11 },
    ])
  })

  it('asks before a better text goes for a worse one', async () => {
    answerReruns(aRerun('transcription', { is_lower_quality: true, would_be_made_by: BUILT_IN }))
    const asked = takeTasks()
    await renderPage()

    await openMenu('Transcribe again')
    const dialog = within(await screen.findByRole('dialog', { name: 'Transcribe again?' }))
    expect(await dialog.findByText('The new text would be of lower quality.')).toBeVisible()
    expect(
      dialog.getByText(/Whisper \(small\). New text: the built-in speech recognition/),
    ).toBeVisible()
    await userEvent.click(dialog.getByRole('button', { name: 'Replace anyway' }))

    await waitFor(() => expect(asked).toHaveLength(1))
    expect(asked[0]).toMatchObject({
      parameters: { lesson_id: 1, accept_lower_quality: true },
    })
  })

  it('brings an earlier text back, and back again', async () => {
    const former = {
      made_by: BUILT_IN,
      replaced_at: '2026-11-20T10:00:00Z',
    }
    answerReruns(aRerun('transcription', { former }))
    let nRestored = 0
    server.on('POST /api/v1/lessons/1/layers/transcript/restore', () => {
      nRestored += 1
      return Response.json(aWholeLesson())
    })
    const { pinia } = await renderPage()
    await screen.findByText('Good morning, everyone.')

    await openMenu('Earlier versions')
    const dialog = within(await screen.findByRole('dialog', { name: 'Earlier versions' }))
    expect(dialog.getByText(/[Bb]uilt-in speech recognition, replaced on/)).toBeVisible()
    await userEvent.click(dialog.getByRole('button', { name: /^Restore/ }))

    await waitFor(() => expect(nRestored).toBe(1))
    const toast = useToasts(pinia).toasts.at(-1)
    expect(toast?.text).toBe('The earlier transcript was restored.')
    toast?.action?.run()
    await waitFor(() => expect(nRestored).toBe(2))
  })
})

describe('the summary', () => {
  it('says when it is older than the text', async () => {
    server.on('GET /api/v1/lessons/1/summary', () =>
      Response.json({ ...SUMMARY, is_older_than_text: true }),
    )
    await renderPage()

    expect(await screen.findByText(/The text has changed since this summary/)).toBeInTheDocument()
  })

  it('says so, too, once somebody has changed the text before it', async () => {
    let isOlder = false
    server.on('GET /api/v1/lessons/1/summary', () =>
      Response.json({ ...SUMMARY, is_older_than_text: isOlder }),
    )
    const Lesson = defineComponent(() => {
      const { summary, showEdited } = useLesson(1)
      const edit = () => {
        isOlder = true
        showEdited(0, 'A prism.')
      }
      const age = () => (summary.value?.is_older_than_text ? 'older' : 'as old')
      return () => summary.value && h('button', { onClick: edit }, age())
    })
    await renderInPages(Lesson)

    await userEvent.click(await screen.findByRole('button', { name: 'as old' }))

    await waitFor(() => expect(screen.getByRole('button', { name: 'older' })).toBeVisible(), {
      timeout: 8000,
    })
  })

  it('is edited in place, and given back to the machine', async () => {
    const edit = {
      id: 3,
      part: 'brief',
      before: SUMMARY.brief,
      before_by_person: false,
      text: 'A prism parts the light.',
      editor: '',
      edited_at: '2026-11-20T10:00:00Z',
    }
    const edited = { ...SUMMARY, brief: edit.text, edited: [edit], version: 's2' }
    const sent: unknown[] = []
    server.on('PATCH /api/v1/lessons/1/summary', async (request) => {
      sent.push([request.headers.get('If-Match'), await request.json()])
      return Response.json(edited)
    })
    server.on('GET /api/v1/lessons/1/summary/history', () => Response.json({ items: [edit] }))
    server.on('POST /api/v1/lessons/1/summary/edits/3/undo', () => Response.json(SUMMARY))
    await renderPage()
    const pane = within(await screen.findByRole('region', { name: 'Summary', hidden: true }))
    const hidden = { hidden: true }

    await userEvent.click(await pane.findByRole('button', { name: 'Edit', ...hidden }))
    const field = pane.getByLabelText('In brief')
    await userEvent.clear(field)
    await userEvent.type(field, 'A prism parts the light.')
    await userEvent.click(pane.getByRole('button', { name: 'Save', ...hidden }))

    expect(await pane.findByText(/^Edited on/)).toBeInTheDocument()
    expect(sent).toEqual([['"s1"', { brief: 'A prism parts the light.', editor: '' }]])
    await userEvent.click(
      pane.getByRole('button', { name: /Restore the automatic summary/, ...hidden }),
    )
    expect(await pane.findByText('White light is a mixture.')).toBeInTheDocument()
  })
})
