import { readFileSync } from 'node:fs'
import userEvent from '@testing-library/user-event'
import { screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { DownloadPublic, ModelPublic } from '@/api/models'
import type { Preferences, PreferencesForm, SettingField } from '@/api/preferences'
import { takeTokenFromAddresses } from '@/owner/token'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import SettingsView from './SettingsView.vue'

function aModel(name: string, more: Partial<ModelPublic> = {}): ModelPublic {
  return {
    name,
    is_installed: false,
    size_bytes: null,
    download_bytes: 78e6,
    problem: null,
    source: null,
    sources: ['hub'],
    is_english_only: false,
    memory_bytes: null,
    relative_speed: null,
    download: null,
    ...more,
  }
}

/** The form as the server gives it: the example in the document of the API. */
const FORM = (
  JSON.parse(readFileSync('../docs/openapi.json', 'utf8')) as {
    paths: Record<string, { get: { responses: { 200: { content: Record<string, unknown> } } } }>
  }
).paths['/api/v1/preferences/form']?.get.responses[200].content['application/json'] as {
  example: PreferencesForm
}

const LOUD: SettingField = {
  key: 'level_meter.loud',
  kind: 'number',
  label: { en: 'Loud from', fr: 'Fort à partir de' },
  options: [],
  minimum: 0,
  maximum: 1,
  is_optional: false,
  is_advanced: false,
  default: 0.05,
}

let server: FakeServer
/** What was sent to change the settings: the ETag that was named, and the change. */
let changes: { etag: string | null; change: unknown }[]

function somePreferences(more: Partial<Preferences> = {}): Preferences {
  return {
    has_api_key: false,
    other_key_server: null,
    provider: 'OpenAI',
    base_url: null,
    transcription: {
      engine: 'auto',
      model: 'small',
      device: 'auto',
      compute_type: 'auto',
      language: null,
      beam_size: 5,
      vad_filter: true,
      initial_prompt: '',
    },
    correction: { model: 'gpt-4o', prompt: 'Correct it.', temperature: 0.3 },
    summary: {
      max_length: 300,
      model: 'gpt-4o',
      prompt: 'Sum it up.',
      temperature: 0.7,
      context_tokens: null,
    },
    llm: { max_concurrency: 10, requests_per_minute: null },
    worker: { transcriptions: 1, language_tasks: 4, takeover_seconds: 15, keep_days: 30 },
    library: { undo_days: 7, watch_folder: null, watch_process: false },
    version: 'v1',
    ...more,
  }
}

function answer(preferences: Preferences): Response {
  return Response.json(preferences, { headers: { ETag: `"${preferences.version}"` } })
}

function conflict(preferences: Preferences): Response {
  return problem(412, 'conflict', { present: preferences })
}

/** Answer changes, one after the other; the last answer stays. */
function answerChanges(...answers: Response[]): void {
  server.on('PATCH /api/v1/preferences', async (request) => {
    changes.push({ etag: request.headers.get('If-Match'), change: await request.json() })
    return (answers[Math.min(changes.length, answers.length) - 1] as Response).clone()
  })
}

beforeEach(() => {
  changes = []
  server = fakeServer({
    'GET /api/v1/owner': { is_owner: true, token_file: '/data/owner-token' },
    'GET /api/v1/preferences/form': FORM.example,
    'GET /healthz': { status: 'ok', version: '0.1.0' },
    'GET /readyz': {
      status: 'ready',
      checks: [{ name: 'database', is_ok: true, reason: null }],
    },
    'GET /api/v1/models': {
      directory: '/srv/lectern/models',
      items: [
        aModel('tiny'),
        aModel('base'),
        aModel('small', { is_installed: true, size_bytes: 484e6 }),
        aModel('tiny.en'),
      ],
    },
  })
  server.on('GET /api/v1/preferences', () => answer(somePreferences()))
})

async function openSection(name: string) {
  return within(await screen.findByRole('region', { name }))
}

describe('SettingsView', () => {
  it('saves what was changed of a section, and nothing else', async () => {
    answerChanges(answer(somePreferences({ version: 'v2' })))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Speech recognition')
    expect(section.queryByRole('button', { name: 'Save' })).not.toBeInTheDocument()

    await userEvent.type(section.getByLabelText('Vocabulary'), 'Fresnel')
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    expect(await section.findByText('Saved')).toBeVisible()
    expect(changes).toEqual([
      { etag: '"v1"', change: { transcription: { initial_prompt: 'Fresnel' } } },
    ])
  })

  it('sends null for what is emptied, where that means something', async () => {
    answerChanges(answer(somePreferences({ version: 'v2' })))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Correction')

    await userEvent.clear(section.getByLabelText('Temperature'))
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    await section.findByText('Saved')
    expect(changes[0]?.change).toEqual({ correction: { temperature: null } })
  })

  it('gives up what was typed when it is told to', async () => {
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Summary')
    const field = section.getByLabelText('Model')

    await userEvent.type(field, '-mini')
    await userEvent.click(section.getByRole('button', { name: 'Discard' }))

    expect(field).toHaveValue('gpt-4o')
    expect(section.queryByRole('button', { name: 'Save' })).not.toBeInTheDocument()
  })

  it('says at its field what cannot be', async () => {
    answerChanges(
      problem(422, 'invalid-request', {
        errors: [
          { location: 'body.llm.max_concurrency', message: 'Input should be less than 1000' },
        ],
      }),
    )
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Rate limits')
    const field = section.getByLabelText('Simultaneous requests')

    await userEvent.type(field, '000')
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    expect(await section.findByText('Enter a number from 1 to 1000.')).toBeVisible()
    expect(field).toBeInvalid()
    expect(field).toHaveValue(10_000)
  })

  it('saves again by itself where somebody changed another section', async () => {
    const theirs = somePreferences({
      library: { undo_days: 1, watch_process: false },
      version: 'v2',
    })
    answerChanges(conflict(theirs), answer({ ...theirs, version: 'v3' }))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Summary')

    await userEvent.type(section.getByLabelText('Model'), '-mini')
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    await section.findByText('Saved')
    expect(changes.map(({ etag }) => etag)).toEqual(['"v1"', '"v2"'])
    const library = await openSection('Library')
    expect(library.getByLabelText(/Keep deleted lessons and notes/)).toHaveValue(1)
  })

  it('lets the person decide where somebody changed the same section', async () => {
    const theirs = somePreferences({
      correction: { model: 'theirs', prompt: 'Correct it.', temperature: 0.3 },
      version: 'v2',
    })
    answerChanges(conflict(theirs))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Correction')

    await userEvent.type(section.getByLabelText('Model'), '-mine')
    await userEvent.click(section.getByRole('button', { name: 'Save' }))
    expect(await section.findByText(/changed these settings in the meantime/)).toBeVisible()
    expect(section.getByLabelText('Model')).toHaveValue('gpt-4o-mine')

    await userEvent.click(section.getByRole('button', { name: 'Use the other version' }))
    expect(section.getByLabelText('Model')).toHaveValue('theirs')
  })

  it('keeps what was typed while the server is gone', async () => {
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Correction')
    await userEvent.type(section.getByLabelText('Model'), '-mini')

    server.die()
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    expect(await section.findByText('The server is not responding.')).toBeVisible()
    expect(section.getByLabelText('Model')).toHaveValue('gpt-4o-mini')
    FakeEventSource.last.send('begin', {})
    expect(section.getByLabelText('Model')).toHaveValue('gpt-4o-mini')
  })

  it('draws what a recogniser has of its own, and saves it in its section', async () => {
    const meter = { level_meter: { loud: 0.05 } }
    const { transcription } = somePreferences()
    server.on('GET /api/v1/preferences/form', () =>
      Response.json({ sections: [{ name: 'transcription', fields: [LOUD] }] }),
    )
    server.on('GET /api/v1/preferences', () =>
      answer(somePreferences({ transcription: { ...transcription, ...meter } })),
    )
    answerChanges(
      problem(422, 'invalid', {
        errors: [{ location: 'body.transcription.level_meter.loud', message: 'Too loud.' }],
      }),
    )
    await renderInPages(SettingsView, { address: '/settings' })
    const field = (await openSection('Speech recognition')).getByLabelText('Loud from')
    expect(field).toHaveValue(0.05)

    await userEvent.clear(field)
    await userEvent.type(field, '7{Enter}')

    await waitFor(() => expect(field).toBeInvalid())
    expect(field).toHaveAccessibleDescription(/Enter a number from 0 to 1/)
    expect(changes[0]?.change).toEqual({ transcription: { level_meter: { loud: 7 } } })
  })

  it('puts the usual prompt back, as the API names it', async () => {
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Summary')

    await userEvent.click(section.getByRole('button', { name: 'Reset to default' }))

    await waitFor(() =>
      expect(section.getByLabelText('Instructions (prompt)')).toHaveValue(
        'Please provide a concise summary of the following lesson transcript.',
      ),
    )
    expect(section.getByRole('button', { name: 'Save' })).toBeVisible()
  })
})

describe('the provider', () => {
  it('takes a key, and never shows one', async () => {
    answerChanges(answer(somePreferences({ has_api_key: true, version: 'v2' })))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('AI provider')

    await userEvent.type(section.getByLabelText('API key'), 'sk-secret')
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    expect(await section.findByText('An API key is saved.')).toBeVisible()
    expect(changes[0]?.change).toEqual({ api_key: 'sk-secret' })
    expect(section.queryByLabelText('API key')).not.toBeInTheDocument()
  })

  it('removes the key, but not before it is saved', async () => {
    server.on('GET /api/v1/preferences', () => answer(somePreferences({ has_api_key: true })))
    answerChanges(answer(somePreferences({ version: 'v2' })))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('AI provider')

    await userEvent.click(section.getByRole('button', { name: 'Remove' }))
    expect(section.getByText('The key will be removed when you save.')).toBeVisible()
    expect(changes).toEqual([])
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    expect(await section.findByLabelText('API key')).toHaveValue('')
    expect(changes[0]?.change).toEqual({ api_key: '' })
  })

  it('keeps the key where another is not entered after all', async () => {
    server.on('GET /api/v1/preferences', () => answer(somePreferences({ has_api_key: true })))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('AI provider')

    await userEvent.click(section.getByRole('button', { name: 'Replace' }))
    await userEvent.type(section.getByLabelText('API key'), 'sk')
    await userEvent.click(section.getByRole('button', { name: 'Keep the saved key' }))

    expect(section.getByText('An API key is saved.')).toBeVisible()
    expect(section.queryByRole('button', { name: 'Save' })).not.toBeInTheDocument()
  })

  it('is saved, then tested; what went there and what came back is shown', async () => {
    const trial = { server: 'api.openai.com', model: 'gpt-4o', sent: 'A prsm splits light.' }
    answerChanges(answer(somePreferences({ base_url: 'http://localhost:1234/v1', version: 'v2' })))
    server.on('POST /api/v1/preferences/trial', () =>
      Response.json({
        items: [
          {
            ...trial,
            work: 'correction',
            received: 'A prism splits light.',
            problem: null,
            seconds: 0.8,
            input_tokens: 40,
            output_tokens: 9,
          },
          {
            ...trial,
            work: 'summary',
            received: null,
            problem: 'The model is not there: choose another.',
            seconds: 0.1,
            input_tokens: null,
            output_tokens: null,
          },
        ],
      }),
    )
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('AI provider')

    await userEvent.type(section.getByLabelText('Server address'), 'http://localhost:1234/v1')
    await userEvent.click(section.getByRole('button', { name: 'Save and test' }))

    expect(await section.findByText('A prism splits light.')).toBeVisible()
    expect(section.getByText('0.8 s · 40 tokens in, 9 out')).toBeVisible()
    expect(section.getByText('The model is not there: choose another.')).toBeVisible()
    expect(changes[0]?.change).toEqual({ base_url: 'http://localhost:1234/v1' })
  })

  it('asks for the key again where the one that is set is for another server', async () => {
    const moved = { base_url: 'http://box:1/v1', other_key_server: 'https://api.openai.com' }
    server.on('GET /api/v1/preferences', () => answer(somePreferences(moved)))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('AI provider')

    expect(section.getByText(/is for https:\/\/api.openai.com and/)).toBeVisible()
    expect(section.getByLabelText('API key')).toHaveValue('')
  })

  it('has nothing to test, nor any key, where it is built in', async () => {
    server.on('GET /api/v1/preferences', () => answer(somePreferences({ provider: 'Offline' })))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('AI provider')

    expect(section.queryByRole('button', { name: 'Test this provider' })).not.toBeInTheDocument()
    expect(section.queryByLabelText('API key')).not.toBeInTheDocument()
    expect((await openSection('Correction')).queryByRole('textbox')).not.toBeInTheDocument()
  })
})

describe('the watched folder', () => {
  it('is shown, and can be given up', async () => {
    const library = { undo_days: 7, watch_folder: '/home/ada/Recordings', watch_process: false }
    server.on('GET /api/v1/preferences', () => answer(somePreferences({ library })))
    answerChanges(answer(somePreferences({ version: 'v2' })))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Library')
    expect(section.getByLabelText('Watched folder')).toHaveAttribute('readonly')

    await userEvent.click(section.getByRole('button', { name: 'Stop watching' }))
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    await section.findByText('Saved')
    expect(changes[0]?.change).toEqual({ library: { watch_folder: null } })
    expect(section.getByLabelText('Watched folder')).toHaveValue('None')
  })
})

describe('the Whisper models', () => {
  it('are downloaded, and their progress is seen', async () => {
    const download = {
      name: 'tiny',
      status: 'running',
      done_bytes: 0,
      total_bytes: null,
      error: null,
      error_code: null,
      source: null,
      passed_over: [],
      is_waiting: false,
    }
    server.on('POST /api/v1/models/downloads', () => Response.json(download, { status: 202 }))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Whisper models')

    await userEvent.click(await section.findByRole('button', { name: /^Download tiny$/ }))
    expect(await section.findByText('Starting…')).toBeVisible()
    FakeEventSource.last.send('download', { ...download, done_bytes: 30e6, total_bytes: 75e6 })

    expect(await section.findByText('30 MB of 75 MB')).toBeVisible()
    const bar = section.getByRole('progressbar', { name: 'Downloading tiny' })
    expect(bar).toHaveAttribute('aria-valuenow', '40')
    const error = 'The network is down: try again, it goes on where it stopped.'
    FakeEventSource.last.send('download', { ...download, status: 'failed', error })
    expect(await section.findByText(error)).toBeVisible()
    expect(section.getByRole('button', { name: /^Try again tiny$/ })).toBeVisible()
  })

  it('say which source serves, why another did not, and whom they wait for', async () => {
    const download: DownloadPublic = {
      name: 'base',
      status: 'running',
      done_bytes: 30e6,
      total_bytes: 133e6,
      error: null,
      error_code: null,
      source: 'index',
      passed_over: [{ source: 'hub', reason: 'Errno -2', code: 'hub-unreachable' }],
      is_waiting: false,
    }
    server.on('GET /api/v1/models', () =>
      Response.json({
        items: [aModel('base', { download }), aModel('tiny', { size_bytes: 78e6, source: 'hub' })],
        directory: '',
      }),
    )
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Whisper models')

    expect(await section.findByText('30 MB of 133 MB · from the package index')).toBeVisible()
    expect(section.getByText(/server that offers the models cannot be reached/)).toBeVisible()
    expect(section.getByText('78 MB · from the model hub')).toBeVisible()
    FakeEventSource.last.send('download', { ...download, is_waiting: true })
    expect(await section.findByText(/Another program is already downloading/)).toBeVisible()
  })

  it('stay in their places when they cannot be fetched, with the way by a folder', async () => {
    const failed = {
      name: 'base',
      status: 'failed',
      done_bytes: 0,
      total_bytes: null,
      error: 'https://hub.example cannot be reached ([Errno -2]): check HF_ENDPOINT.',
      error_code: 'hub-unreachable',
      source: null,
      passed_over: [],
      is_waiting: false,
    }
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Whisper models')
    const names = () =>
      section.getAllByRole('listitem').map((row) => row.querySelector('bdi')?.textContent)
    await section.findByRole('button', { name: /^Download base$/ })
    const before = names()

    FakeEventSource.last.send('download', failed)

    expect(await section.findByText(/cannot reach the server that offers the models/)).toBeVisible()
    expect(names()).toEqual(before)
    expect(section.queryByText(/Errno|HF_ENDPOINT/)).not.toBeInTheDocument()
    expect(section.getByText('Without an internet connection').closest('details')).toHaveAttribute(
      'open',
    )
    expect(section.getByText('/srv/lectern/models')).toBeVisible()
  })

  it('say what they take before they are fetched, and which is chosen but not there', async () => {
    const chosen = somePreferences()
    chosen.transcription.model = 'base'
    server.on('GET /api/v1/preferences', () => answer(chosen))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Whisper models')

    expect((await section.findAllByText('about 78 MB'))[0]).toBeVisible()
    expect(section.getByText('Selected, not installed')).toBeVisible()
    expect(section.queryByText('In use')).not.toBeInTheDocument()
    expect((await openSection('Speech recognition')).getByText(/not installed yet/)).toBeVisible()
  })

  it('say which of them is used where the best is to be taken', async () => {
    const chosen = somePreferences()
    chosen.transcription.model = 'auto'
    server.on('GET /api/v1/preferences', () => answer(chosen))
    server.on('GET /api/v1/models', () =>
      Response.json({
        items: [aModel('base', { is_installed: true }), aModel('tiny', { is_installed: true })],
        used: 'base',
        directory: '',
      }),
    )
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Whisper models')

    expect(await section.findByRole('button', { name: 'Use tiny' })).toBeVisible()
    expect(section.queryByRole('button', { name: 'Use base' })).not.toBeInTheDocument()
    expect(section.getByText('In use')).toBeVisible()
  })

  it('that nobody has are refused at their field, with those that may be meant', async () => {
    answerChanges(problem(422, 'unknown-model', { near: ['small', 'small.en'] }))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Speech recognition')
    const field = section.getByLabelText('Whisper model')

    await userEvent.clear(field)
    await userEvent.type(field, 'smal')
    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    expect(
      await section.findByText(
        'There is no Whisper model with this name. Did you mean small or small.en?',
      ),
    ).toBeVisible()
    expect(field).toHaveAttribute('aria-invalid', 'true')
  })

  it('are where an address leads that names them, once they are there', async () => {
    const scrolled = vi.spyOn(Element.prototype, 'scrollIntoView')
    const resized: ((entries: []) => void)[] = []
    vi.stubGlobal(
      'ResizeObserver',
      class {
        constructor(notice: (entries: []) => void) {
          resized.push(notice)
        }
        observe(): void {}
        unobserve(): void {}
        disconnect(): void {}
      },
    )
    await renderInPages(SettingsView, { address: '/settings#models' })
    await openSection('Whisper models')
    for (const notice of resized) notice([])

    const section = screen.getByRole('region', { name: 'Whisper models' })
    await waitFor(() => expect(section).toHaveFocus())
    expect(scrolled.mock.contexts).toContain(section)
  })

  it('are chosen for the recogniser', async () => {
    const chosen = somePreferences({ version: 'v2' })
    chosen.transcription.model = 'base'
    server.on('GET /api/v1/models', () =>
      Response.json({
        directory: '/srv/lectern/models',
        items: ['small', 'base'].map((name) =>
          aModel(name, { is_installed: true, size_bytes: 145e6 }),
        ),
      }),
    )
    answerChanges(answer(chosen))
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Whisper models')

    await userEvent.click(await section.findByRole('button', { name: /^Use base$/ }))

    await waitFor(() => expect(changes[0]?.change).toEqual({ transcription: { model: 'base' } }))
    expect(await section.findByRole('button', { name: /^Use small$/ })).toBeVisible()
  })
})

describe('who is not the owner', () => {
  const token = 't0ken'

  /** The server knows its owner by the token, and locks everybody else out. */
  function lock(): void {
    server.on('GET /api/v1/owner', (request) =>
      Response.json({
        is_owner: request.headers.get('Authorization') === `Bearer ${token}`,
        token_file: '/data/owner-token',
      }),
    )
  }

  it('sees the settings, and is told how to get in', async () => {
    lock()
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('AI provider')

    expect(await screen.findByText('/data/owner-token')).toBeVisible()
    expect(section.getByLabelText('API key')).toBeDisabled()
    expect(section.getByRole('button', { name: 'Test this provider' })).toBeDisabled()
    const models = await openSection('Whisper models')
    expect(await models.findByRole('button', { name: /^Download tiny$/ })).toBeDisabled()
    expect((await openSection('Display')).getByLabelText('Language')).toBeEnabled()
  })

  it.each([token, `http://127.0.0.1:8000/#owner=${token} `])(
    'gets in with what the owner knows, and stays in: %s',
    async (entered) => {
      lock()
      const { unmount } = await renderInPages(SettingsView, { address: '/settings' })

      await userEvent.type(await screen.findByLabelText(/^Owner key/), `${token}x`)
      await userEvent.click(screen.getByRole('button', { name: 'Unlock' }))
      expect(await screen.findByText(/^This key is not valid/)).toBeVisible()
      await userEvent.clear(screen.getByLabelText(/^Owner key/))
      await userEvent.type(screen.getByLabelText(/^Owner key/), entered)
      await userEvent.click(screen.getByRole('button', { name: 'Unlock' }))

      const section = await openSection('AI provider')
      await waitFor(() => expect(section.getByLabelText('API key')).toBeEnabled())
      unmount()
      await renderInPages(SettingsView, { address: '/settings' })
      const again = await openSection('AI provider')
      await waitFor(() => expect(again.getByLabelText('API key')).toBeEnabled())
    },
  )

  it('is told so, and led there, also where an address leads to a section', async () => {
    lock()
    const { router } = await renderInPages(SettingsView, { address: '/settings#models' })

    await userEvent.click(await screen.findByRole('link', { name: 'Unlock' }))

    await waitFor(() => expect(router.currentRoute.value.hash).toBe('#owner'))
    expect(screen.queryByRole('link', { name: 'Unlock' })).not.toBeInTheDocument()
  })

  it('is locked out again by another start of the server, and keeps what was typed', async () => {
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Correction')
    await userEvent.type(section.getByLabelText('Model'), '-mini')
    localStorage.setItem('lectern.owner', 'of an earlier start')
    lock()
    answerChanges(problem(401, 'owner-only'))

    await userEvent.click(section.getByRole('button', { name: 'Save' }))

    expect(await screen.findByText('Only the owner can do this.')).toBeVisible()
    expect(await screen.findByText('/data/owner-token')).toBeVisible()
    expect(section.getByLabelText('Model')).toHaveValue('gpt-4o-mini')
  })

  it('is the owner by opening the address that was shown, which then shows nothing', async () => {
    lock()
    const { router } = await renderInPages(SettingsView, { address: '/settings' })
    takeTokenFromAddresses(router)

    await router.push(`/settings?x=1#owner=${token}`)

    expect(router.currentRoute.value.fullPath).toBe('/settings?x=1')
    const section = await openSection('AI provider')
    await waitFor(() => expect(section.getByLabelText('API key')).toBeEnabled())
  })
})

describe('the server', () => {
  it('says its version, and what keeps it from its work', async () => {
    server.on('GET /readyz', () =>
      problem(503, 'not-ready', {
        checks: [
          {
            name: 'disk',
            is_ok: false,
            reason: 'The disk of /data has only 12 MB left.',
            code: 'storage-full',
            facts: { folder: '/data' },
          },
        ],
      }),
    )
    await renderInPages(SettingsView, { address: '/settings' })
    const section = await openSection('Server')

    expect(await section.findByText('The server has a problem.')).toBeVisible()
    expect(section.getByText(/The disk is full.*Folder: \/data/)).toBeVisible()
    expect(section.getByText('Lectern 0.1.0')).toBeVisible()
  })

  it('is still told of where its settings cannot be read', async () => {
    server.on('GET /api/v1/preferences', () => problem(500, 'config-error'))
    await renderInPages(SettingsView, { address: '/settings' })

    expect(await screen.findByText('The settings file contains an error.')).toBeVisible()
    expect(await (await openSection('Server')).findByText('The server is ready.')).toBeVisible()
    expect((await openSection('Display')).getByLabelText('Language')).toBeVisible()
  })
})
