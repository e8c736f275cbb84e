import { screen } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { aTask } from '@/testing/lessons'
import { renderInPages } from '@/testing/render'
import TaskCause from './TaskCause.vue'

const REFUSED = 'api.example.com refused the API key (HTTP 401): set a valid one.'

function renderCause(error: string | null, code: string | null, language = 'en') {
  const task = aTask({ status: 'failed', error, error_code: code })
  return renderInPages(TaskCause, { props: { task }, language })
}

describe('the cause of a task', () => {
  it('is said in the language of the pages, with what to do', async () => {
    await renderCause(REFUSED, 'bad-key', 'fr')

    expect(screen.getByText('Le fournisseur a refusé la clé.')).toBeVisible()
    expect(screen.getByText(/Indiquez-en une valable dans les réglages/)).toBeVisible()
  })

  it('keeps the server’s own sentence beneath, marked as English', async () => {
    await renderCause(REFUSED, 'bad-key', 'fr')

    expect(screen.getByText(REFUSED)).toBeVisible()
    expect(screen.getByText(REFUSED)).toHaveAttribute('lang', 'en')
    expect(screen.getByText(/Le serveur dit :/)).toBeVisible()
  })

  it('does not repeat a server that has nothing to add', async () => {
    await renderCause('Cancelled before it began.', 'task-cancelled')

    expect(screen.getByText('What was finished is kept.')).toBeVisible()
    expect(screen.queryByText(/before it began/)).not.toBeInTheDocument()
  })

  it('says of a task what would be said otherwise of a file that is just chosen', async () => {
    await renderCause('lesson.mp4 has no audio track.', 'no-audio-track')

    expect(screen.getByText('The recording has no sound track.')).toBeVisible()
    expect(screen.queryByText(/choose another file/)).not.toBeInTheDocument()
  })

  it.each([null, 'strange', '', 'a.b[c', '__proto__', 'constructor'])(
    'is the server’s sentence alone where its code %s has no text',
    async (code) => {
      await renderCause('The moon is in the way.', code, 'fr')

      expect(screen.getByText('The moon is in the way.')).toHaveAttribute('lang', 'en')
      expect(screen.queryByText(/Le serveur dit/)).not.toBeInTheDocument()
    },
  )
})
