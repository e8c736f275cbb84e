import userEvent from '@testing-library/user-event'
import { fireEvent, screen, waitFor, within } from '@testing-library/vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { tellUnreachable } from '@/api/reachability'
import { Failure, serverGone } from '@/api/failure'
import { LARGEST_BYTES, type SendingListener } from '@/api/uploads'
import { renderInPages } from '@/testing/render'
import { fakeServer, problem, type FakeServer } from '@/testing/server'
import { useToasts } from '@/ui/toasts'
import { useAdding } from './adding'
import UploadCorner from './UploadCorner.vue'
import { useUploads } from './uploads'

interface Sending {
  name: string
  uploadId: string | null
  isProcessed: boolean
  course: string
  listener: SendingListener
  isStopped: boolean
}

// What goes over the wire is the business of tus-js-client; the browser tests have it whole.
const { sendings } = vi.hoisted(() => ({ sendings: [] as Sending[] }))
vi.mock('@/api/uploads', async (original) => ({
  ...(await original<object>()),
  sendRecording: async (
    file: File,
    details: { course: string; isProcessed: boolean },
    uploadId: string | null,
    listener: SendingListener,
  ) => {
    const sending = { name: file.name, uploadId, ...details, listener, isStopped: false }
    sendings.push(sending)
    return await Promise.resolve(() => (sending.isStopped = true))
  },
}))

let server: FakeServer

function anUpload(more: Record<string, unknown> = {}) {
  return {
    id: 'u1',
    stage: 'receiving',
    length: 1000,
    offset: 0,
    expires_at: '2026-12-01T00:00:00Z',
    lesson_id: null,
    task_id: null,
    same_recording: [],
    refusal: null,
    refusal_code: null,
    ...more,
  }
}

beforeEach(() => {
  sendings.length = 0
  const wide = { matches: true, addEventListener: () => null, removeEventListener: () => null }
  vi.stubGlobal('matchMedia', () => wide)
  server = fakeServer({
    'GET /healthz': { status: 'ok' },
    'GET /api/v1/uploads/u1': anUpload(),
    'GET /api/v1/courses': { items: [] },
  })
})

function rememberedUploads(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith('lectern.upload.'))
}

function recording(name = 'enzymes.mp3', size = 1000): File {
  const file = new File(['x'], name, { type: 'audio/mpeg', lastModified: 5 })
  Object.defineProperty(file, 'size', { value: size })
  return file
}

async function drop(...files: File[]) {
  const rendered = await renderInPages(UploadCorner)
  dropMore(...files)
  return rendered
}

function dropMore(...files: File[]): void {
  const dataTransfer = { files, items: [], types: ['Files'] }
  void fireEvent.drop(window, { dataTransfer })
}

async function sendingOf(place: number): Promise<Sending> {
  await waitFor(() => expect(sendings.length).toBeGreaterThan(place))
  return sendings[place] as Sending
}

function row(name: string) {
  return within(screen.getByText(name).closest('li') as HTMLElement)
}

describe('Uploads', () => {
  it('take what is dropped, and lead to the lesson when it is there', async () => {
    const { pinia } = await drop(recording())
    const { listener, isProcessed } = await sendingOf(0)
    expect(isProcessed).toBe(true)

    listener.begun('u1')
    listener.sent(400)
    expect(await screen.findByText('400 bytes of 1 kB')).toBeVisible()
    expect(screen.getByRole('progressbar', { name: 'Upload of enzymes.mp3' })).toHaveAttribute(
      'aria-valuenow',
      '40',
    )
    listener.sent(1000)
    expect(await screen.findByText(/Creating the lesson/)).toBeVisible()
    server.on('GET /api/v1/uploads/u1', () =>
      Response.json(anUpload({ stage: 'done', offset: 1000, lesson_id: 4 })),
    )
    listener.whole('u1')

    const link = await screen.findByRole('link', { name: 'enzymes.mp3' })
    expect(link).toHaveAttribute('href', '/lessons/4')
    expect(useToasts(pinia).toasts[0]?.text).toBe('“enzymes.mp3” was added.')
    expect(rememberedUploads()).toEqual([])
  })

  it('show what is still on its way first, and how many have arrived', async () => {
    await drop(recording('one.mp3'), recording('two.mp3'))
    const first = await sendingOf(0)
    expect(screen.getByRole('heading', { name: '0 of 2 uploads, 0%' })).toBeVisible()
    server.on('GET /api/v1/uploads/u1', () =>
      Response.json(anUpload({ stage: 'done', offset: 1000, lesson_id: 4 })),
    )
    first.listener.begun('u1')
    first.listener.sent(1000)
    first.listener.whole('u1')

    expect(await screen.findByRole('heading', { name: '1 of 2 uploads, 50%' })).toBeVisible()
    expect(screen.getAllByText(/^(one|two)\.mp3$/).map(({ textContent }) => textContent)).toEqual([
      'two.mp3',
      'one.mp3',
    ])
  })

  it('say where they will go while they are held above the page', async () => {
    const { pinia } = await renderInPages(UploadCorner)
    useAdding(pinia).course = 'Biology'

    await fireEvent.dragEnter(window, { dataTransfer: { types: ['Files'] } })
    expect(screen.getByText('Drop recordings here')).toBeVisible()
    expect(screen.getByText(/Each recording becomes a lesson in “Biology”/)).toBeVisible()

    await fireEvent.dragLeave(window, { dataTransfer: { types: ['Files'] } })
    await waitFor(() => expect(screen.queryByText('Drop recordings here')).not.toBeInTheDocument())
  })

  it('leave text that is dragged alone', async () => {
    await renderInPages(UploadCorner)

    await fireEvent.dragEnter(window, { dataTransfer: { types: ['text/plain'] } })

    expect(screen.queryByText('Drop recordings here')).not.toBeInTheDocument()
  })

  it('are chosen in a dialog, with their course and whether they are processed', async () => {
    const { pinia } = await renderInPages(UploadCorner)
    useAdding(pinia).isOpen = true

    await userEvent.type(await screen.findByLabelText('Course'), 'Biology')
    await userEvent.click(screen.getByRole('checkbox', { name: /Transcribe/ }))
    await userEvent.upload(screen.getByLabelText('Choose files'), recording())

    expect(await sendingOf(0)).toMatchObject({ course: 'Biology', isProcessed: false })
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
  })

  it('go two at a time', async () => {
    await drop(recording('one.mp3'), recording('two.mp3'), recording('three.mp3'))
    await sendingOf(1)
    expect(row('three.mp3').getByText(/Waiting/)).toBeVisible()
    expect(sendings.map(({ name }) => name)).toEqual(['one.mp3', 'two.mp3'])

    await userEvent.click(screen.getByRole('button', { name: 'Pause one.mp3' }))

    expect((await sendingOf(2)).name).toBe('three.mp3')
    expect(sendings[0]?.isStopped).toBe(true)
    expect(row('one.mp3').getByText(/Paused/)).toBeVisible()
  })

  it('go on where they were after a pause', async () => {
    await drop(recording())
    const first = await sendingOf(0)
    first.listener.begun('u1')
    await userEvent.click(screen.getByRole('button', { name: 'Pause enzymes.mp3' }))
    server.on('GET /api/v1/uploads/u1', () => Response.json(anUpload({ offset: 600 })))

    await userEvent.click(screen.getByRole('button', { name: 'Resume enzymes.mp3' }))

    expect((await sendingOf(1)).uploadId).toBe('u1')
    expect(await screen.findByText('600 bytes of 1 kB')).toBeVisible()
  })

  it('say at once and in one place what was left out', async () => {
    const plan = new File(['x'], 'plan.pdf', { type: 'application/pdf' })
    await drop(recording('empty.mp3', 0), recording('huge.mp3', LARGEST_BYTES + 1), plan)

    expect(await screen.findByText('3 files were skipped:')).toBeVisible()
    const reasons = screen.getAllByRole('listitem').map((each) => each.textContent)
    expect(reasons).toEqual([
      '1 is empty: empty.mp3',
      '1 is larger than 10 GB (export it at a lower quality, or only its sound): huge.mp3',
      '1 is not a recording: plan.pdf',
    ])
    expect(sendings).toHaveLength(0)
    await userEvent.click(screen.getByRole('button', { name: 'Clear' }))
    expect(screen.queryByText(/left out/)).not.toBeInTheDocument()
  })

  it('do not begin twice with a file that is on its way', async () => {
    await drop(recording())
    await sendingOf(0)

    dropMore(recording())

    expect(await screen.findByText(/1 is already being uploaded/)).toBeVisible()
    expect(sendings).toHaveLength(1)
  })

  it('say once what became of many', async () => {
    const { pinia } = await drop(recording('one.mp3'), recording('two.mp3'), recording('three.mp3'))
    const done = anUpload({ stage: 'done', offset: 1000, lesson_id: 4 })
    server.on('GET /api/v1/uploads/u1', () => Response.json(done))

    for (const place of [0, 1, 2]) {
      expect(useToasts(pinia).toasts).toEqual([])
      const { listener } = await sendingOf(place)
      listener.whole('u1')
    }

    expect(await screen.findByRole('heading', { name: '3 recordings added' })).toBeVisible()
    expect(useToasts(pinia).toasts.map(({ text }) => text)).toEqual(['3 recordings were added.'])
  })

  it('have the browser ask before they are left, while some are not through', async () => {
    const isAsked = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    await drop(recording())
    const { listener } = await sendingOf(0)
    expect(isAsked()).toBe(true)

    const done = anUpload({ stage: 'done', offset: 1000, lesson_id: 4 })
    server.on('GET /api/v1/uploads/u1', () => Response.json(done))
    listener.sent(1000)
    listener.whole('u1')

    await screen.findByRole('link', { name: 'enzymes.mp3' })
    expect(isAsked()).toBe(false)
  })

  it('say why the server refused one, in the language of the pages', async () => {
    await drop(recording())
    const { listener } = await sendingOf(0)
    const refused = { stage: 'refused', refusal: 'x has no sound', refusal_code: 'no-sound' }
    server.on('GET /api/v1/uploads/u1', () => Response.json(anUpload(refused)))

    listener.whole('u1')

    expect(await screen.findByText('The audio track of this file is empty.')).toBeVisible()
    expect(screen.queryByText(/x has no sound/)).not.toBeInTheDocument()
  })

  it('say that a file is no recording, and cannot be gone on with', async () => {
    await drop(recording('notes.txt'))
    const { listener } = await sendingOf(0)

    listener.failed(new Failure({ code: 'unreadable-media', status: 422 }))

    expect(await screen.findByText('This file cannot be read as a recording.')).toBeVisible()
    expect(screen.queryByRole('button', { name: /Go on/ })).not.toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: 'Remove notes.txt from the list' }))
    expect(screen.queryByText('notes.txt')).not.toBeInTheDocument()
  })

  it('wait for a person when the disk is full', async () => {
    await drop(recording())
    const { listener } = await sendingOf(0)

    listener.failed(new Failure({ code: 'storage-full', status: 507, retryable: true }))

    expect(await screen.findByText('The disk is full.')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Resume enzymes.mp3' }))
    await sendingOf(1)
  })

  it('go on by themselves when the server is back', async () => {
    await drop(recording())
    const first = await sendingOf(0)
    first.listener.begun('u1')
    server.on('GET /api/v1/uploads/u1', () => Response.json(anUpload({ offset: 300 })))

    tellUnreachable()
    first.listener.failed(serverGone())
    expect(await screen.findByText(/The server is not responding/)).toBeVisible()

    const second = await waitFor(() => sendings[1] ?? Promise.reject(new Error('not yet')), {
      timeout: 4000,
    })
    expect(second.uploadId).toBe('u1')
  })

  it('begin anew where the server has given them up', async () => {
    await drop(recording())
    const first = await sendingOf(0)
    first.listener.begun('u1')
    await userEvent.click(screen.getByRole('button', { name: 'Pause enzymes.mp3' }))
    server.on('GET /api/v1/uploads/u1', () => problem(404, 'upload-not-found'))

    await userEvent.click(screen.getByRole('button', { name: 'Resume enzymes.mp3' }))

    expect((await sendingOf(1)).uploadId).toBeNull()
  })

  it('are removed from the server when they are given up', async () => {
    server.on('DELETE /api/v1/uploads/u1', () => new Response(null, { status: 204 }))
    await drop(recording())
    const { listener } = await sendingOf(0)
    listener.begun('u1')

    await userEvent.click(screen.getByRole('button', { name: 'Cancel enzymes.mp3' }))

    await waitFor(() => expect(server.requests).toContain('DELETE /api/v1/uploads/u1'))
    expect(screen.queryByText('enzymes.mp3')).not.toBeInTheDocument()
    expect(rememberedUploads()).toEqual([])
  })

  it('say that the same recording is there already', async () => {
    await drop(recording())
    const { listener } = await sendingOf(0)
    const done = anUpload({ stage: 'done', lesson_id: 4, same_recording: [2] })
    server.on('GET /api/v1/uploads/u1', () => Response.json(done))

    listener.whole('u1')

    expect(await screen.findByRole('link', { name: 'another lesson' })).toHaveAttribute(
      'href',
      '/lessons/2',
    )
  })
})

describe('Uploads after a reload', () => {
  async function reloaded() {
    const before = await drop(recording())
    const sending = await sendingOf(0)
    sending.listener.begun('u1')
    before.unmount()
    server.on('GET /api/v1/uploads/u1', () => Response.json(anUpload({ offset: 250 })))
    await renderInPages(UploadCorner)
    await screen.findByText(/Choose the file again to resume · 250 bytes of 1 kB/)
  }

  it('ask for the file, and go on', async () => {
    await reloaded()

    await userEvent.upload(screen.getByLabelText('Choose file'), recording())

    expect((await sendingOf(1)).uploadId).toBe('u1')
  })

  it('do not take another file for it', async () => {
    await reloaded()

    await userEvent.upload(screen.getByLabelText('Choose file'), recording('other.mp3'))

    expect(await screen.findByText('This is a different file.')).toBeVisible()
    expect(sendings).toHaveLength(1)
  })

  it('go on when the file is dropped again', async () => {
    await reloaded()

    dropMore(recording())

    expect((await sendingOf(1)).uploadId).toBe('u1')
    expect(screen.getAllByText('enzymes.mp3')).toHaveLength(1)
  })

  it('begin anew where the server has given them up', async () => {
    await reloaded()
    server.on('GET /api/v1/uploads/u1', () => problem(404, 'upload-not-found'))

    await userEvent.upload(screen.getByLabelText('Choose file'), recording())

    expect((await sendingOf(1)).uploadId).toBeNull()
  })

  it('are all there again, those that waited their turn, too', async () => {
    const names = ['1.mp3', '2.mp3', '3.mp3', '4.mp3', '5.mp3', '6.mp3']
    const before = await renderInPages(UploadCorner)
    useAdding(before.pinia).course = 'Biology'
    dropMore(...names.map((name) => recording(name)))
    const sending = await sendingOf(1)
    sendings[0]?.listener.begun('u1')
    sending.listener.begun('u1')
    before.unmount()
    server.on('GET /api/v1/uploads/u1', () => Response.json(anUpload({ offset: 250 })))

    const { pinia } = await renderInPages(UploadCorner)

    expect(await screen.findByRole('heading', { name: '6 uploads need their files' })).toBeVisible()
    for (const name of names) expect(screen.getByText(name)).toBeVisible()
    const files = [...names, 'other.mp3'].map((name) => recording(name))
    await userEvent.upload(screen.getByLabelText('Choose these files again'), files)

    expect(await sendingOf(3)).toMatchObject({ name: '2.mp3', uploadId: 'u1', course: 'Biology' })
    expect(useUploads(pinia).active.map(({ name }) => name)).toEqual(names)
    expect(screen.getByText(/1 does not match a waiting upload/)).toBeVisible()
  })

  it('can all be given up', async () => {
    localStorage.setItem('lectern.upload.a', JSON.stringify({ ...KNOWN, name: 'one.mp3' }))
    localStorage.setItem('lectern.upload.b', JSON.stringify({ ...KNOWN, name: 'two.mp3' }))
    await renderInPages(UploadCorner)

    await userEvent.click(await screen.findByRole('button', { name: 'Cancel all' }))

    expect(rememberedUploads()).toEqual([])
    expect(screen.queryByText('one.mp3')).not.toBeInTheDocument()
  })
})

const KNOWN = { uploadId: null, size: 9, modified: 1, details: { course: '', isProcessed: true } }
