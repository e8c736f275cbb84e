import { screen } from '@testing-library/vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { renderInPages } from '@/testing/render'
import { fakeServer, type FakeServer } from '@/testing/server'
import FirstSteps from './FirstSteps.vue'

let server: FakeServer

function aModel(isInstalled: boolean) {
  return {
    name: 'small',
    is_installed: isInstalled,
    size_bytes: null,
    problem: null,
    download: null,
  }
}

function serve(isInstalled: boolean, provider: string): void {
  server.on('GET /api/v1/models', () => Response.json({ items: [aModel(isInstalled)] }))
  const transcription = { engine: 'auto', model: 'small' }
  server.on('GET /api/v1/preferences', () => Response.json({ provider, transcription }))
}

beforeEach(() => (server = fakeServer({ 'GET /healthz': { status: 'ok' } })))

describe('the first steps', () => {
  it('say what will happen, and that files can be dropped', async () => {
    await renderInPages(FirstSteps)

    expect(screen.getByText(/or a whole folder, anywhere/)).toBeVisible()
    expect(screen.getByText(/Each recording becomes a lesson/)).toBeVisible()
  })

  it('say what is missing, and lead to it', async () => {
    serve(false, 'Offline')
    await renderInPages(FirstSteps)

    expect(await screen.findByText('Better transcripts need a Whisper model')).toBeVisible()
    expect(screen.getByRole('link', { name: 'Download a model' })).toHaveAttribute(
      'href',
      '/settings#models',
    )
    expect(screen.getByText('Better corrections and summaries need an AI provider')).toBeVisible()
  })

  it('are silent about what is there', async () => {
    serve(true, 'OpenAI')
    await renderInPages(FirstSteps)

    await screen.findByText(/Each recording becomes a lesson/)
    await expect.poll(() => server.requests).toContain('GET /api/v1/preferences')
    expect(screen.queryByText(/recogniser is installed/)).not.toBeInTheDocument()
    expect(screen.queryByRole('link')).not.toBeInTheDocument()
  })
})
