import userEvent from '@testing-library/user-event'
import { screen } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { Failure, serverGone } from '@/api/failure'
import { renderInPages } from '@/testing/render'
import FailureNotice from './FailureNotice.vue'

const UNKNOWN = new Failure({
  code: 'strange',
  status: 500,
  detail: 'The moon is in the way.',
  action: 'POST something.',
  request_id: 'abc123',
})

describe('FailureNotice', () => {
  it('speaks the language of the pages', async () => {
    await renderInPages(FailureNotice, { props: { failure: serverGone() }, language: 'fr' })

    expect(screen.getByText('Le serveur ne répond pas.')).toBeVisible()
  })

  it('gives the server’s own sentence where it knows none, but not what programs are to do', async () => {
    await renderInPages(FailureNotice, { props: { failure: UNKNOWN } })

    expect(screen.getByRole('alert')).toHaveTextContent('The moon is in the way.')
    expect(screen.getByRole('alert')).toHaveTextContent('look for abc123 in the server log')
    expect(screen.getByRole('alert')).not.toHaveTextContent('POST')
  })

  it('names the file that it is about', async () => {
    const failure = new Failure({ code: 'no-sound', status: 422, facts: { file: 'a.mp3' } })
    await renderInPages(FailureNotice, { props: { failure } })

    expect(screen.getByText('File: a.mp3')).toBeVisible()
  })

  it('tries again when it is told to', async () => {
    const { emitted } = await renderInPages(FailureNotice, {
      props: { failure: UNKNOWN, retriable: true },
    })

    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))

    expect(emitted().retry).toHaveLength(1)
  })
})
