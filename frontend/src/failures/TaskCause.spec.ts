import { screen } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { aTask } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import TaskCause from './TaskCause.vue'

const REFUSED = 'api.example.com refused the API key (HTTP 401): `lectern config set api_key`.'
const FACTS = { server: 'api.example.com', said: 'HTTP 401: no such key' }

function renderCause(
  error: string | null,
  code: string | null,
  language = 'en',
  error_facts: Record<string, unknown> | null = null,
) {
  const task = aTask({ status: 'failed', error, error_code: code, error_facts })
  return renderInPages(TaskCause, { props: { task }, language })
}

describe('the cause of a task', () => {
  it('is said in the language of the pages, with what to do', async () => {
    await renderCause(REFUSED, 'bad-key', 'fr')

    expect(screen.getByText('Le fournisseur a refusé la clé d’API.')).toBeVisible()
    expect(screen.getByText(/Entrez une clé d’API valable dans les réglages/)).toBeVisible()
  })

  it('names what only the server knows, in words of the pages', async () => {
    await renderCause(REFUSED, 'bad-key', 'fr', FACTS)

    expect(screen.getByText('Serveur : api.example.com')).toBeVisible()
    expect(screen.getByText('Réponse : « HTTP 401: no such key »')).toBeVisible()
    expect(screen.queryByText(/lectern/)).not.toBeInTheDocument()
  })

  it('leaves out facts that nobody has words for, or that are empty', async () => {
    await renderCause(REFUSED, 'bad-key', 'en', { server: '', colour: 'red', model: 'small' })

    expect(screen.getByText('Model: small')).toBeVisible()
    expect(screen.queryByText(/Server|red/)).not.toBeInTheDocument()
  })

  it('says of a task what would be said otherwise of a file that is just chosen', async () => {
    await renderCause('lesson.mp4 has no audio track.', 'no-audio-track')

    expect(screen.getByText('The recording has no audio track.')).toBeVisible()
    expect(screen.queryByText(/choose another file/)).not.toBeInTheDocument()
  })

  it.each([null, 'strange', '', 'a.b[c', '__proto__', 'constructor'])(
    'is the server’s sentence alone where its code %s has no text',
    async (code) => {
      await renderCause('The moon is in the way.', code, 'fr')

      expect(screen.getByText('The moon is in the way.')).toHaveAttribute('lang', 'en')
    },
  )
})
