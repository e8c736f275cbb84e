import { describe, expect, it } from 'vitest'
import { Failure, serverGone } from '@/api/failure'
import { A_SIZE, aFile, aStatus } from '@/testing/uploads'
import { EMPTY, MOST_AT_ONCE, next, type Effect, type Queue, type QueueEvent } from './queue'
import type { Remembered } from './remembered'
import {
  hasEnded,
  isDone,
  isLostOnLeaving,
  isOnWire,
  isUnfinished,
  type Upload,
  type UploadEvent,
} from './upload'

const DETAILS = { course: '', isProcessed: true }
const GIVEN_UP = new Failure({ code: 'upload-not-found', status: 404 })
const DISK_FULL = new Failure({ code: 'storage-full', status: 507, retryable: true })

/** A tab with its queue: what was asked for, and has not been answered yet. */
class Tab {
  queue: Queue = EMPTY
  /** By key: how much has gone out, and of which upload on the server. */
  readonly transfers = new Map<number, { uploadId: string | null }>()
  asked: { key: number; uploadId: string }[] = []
  timers: { key: number; ms: number }[] = []
  readonly removed: string[] = []
  readonly told: string[][] = []
  isGuarded = false

  /** What is in the browser outlives the tab. */
  constructor(readonly remembered = new Map<string, Remembered>()) {
    const left = [...remembered].map(([id, known]) => ({ id, ...known }))
    if (left.length > 0) this.tell({ type: 'found', left })
  }

  tell(event: QueueEvent): Effect[] {
    const { queue, effects } = next(this.queue, event)
    this.queue = queue
    effects.forEach((effect) => this.begin(effect))
    return [...effects]
  }

  happen(key: number, event: UploadEvent): Effect[] {
    return this.tell({ type: 'happened', key, event })
  }

  add(...files: File[]): Effect[] {
    const arrivals = files.map((file) => ({ id: `id-${String((ids += 1))}`, file }))
    return this.tell({ type: 'added', arrivals, skipped: [], details: DETAILS })
  }

  private begin(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        expect(this.transfers.has(effect.key), 'is sent once at a time').toBe(false)
        this.transfers.set(effect.key, { uploadId: effect.uploadId })
        break
      case 'stop':
        this.transfers.delete(effect.key)
        break
      case 'ask':
      case 'look':
        this.asked.push(effect)
        break
      case 'wait':
        this.timers.push(effect)
        break
      case 'remember':
        this.remembered.set(effect.id, effect.upload)
        break
      case 'forget':
        expect(this.remembered.delete(effect.id)).toBe(true)
        break
      case 'remove':
        this.removed.push(effect.uploadId)
        break
      case 'guard':
        this.isGuarded = effect.isGuarded
        break
      case 'tell':
        this.told.push(effect.added.map(({ name }) => name))
        break
      case 'arrive':
        break
      default:
        effect satisfies never
    }
  }

  states(): string[] {
    return this.queue.uploads.map(({ standing }) => standing.state)
  }

  /** The transfer ends, well or not. */
  endTransfer(key: number, event: UploadEvent): Effect[] {
    this.transfers.delete(key)
    return this.happen(key, event)
  }
}
let ids = 0

const types = (effects: readonly Effect[]) => effects.map(({ type }) => type)
const done = aStatus({ stage: 'done', lesson_id: 4 })

describe('The queue', () => {
  it('remembers, sends and guards what is added, and tells when it is through', () => {
    const tab = new Tab()
    expect(types(tab.add(aFile()))).toEqual(['remember', 'send', 'guard'])
    expect(types(tab.happen(1, { type: 'begun', uploadId: 'u1' }))).toEqual(['remember'])
    expect([...tab.remembered.values()]).toMatchObject([{ uploadId: 'u1', name: 'enzymes.mp3' }])
    expect(types(tab.happen(1, { type: 'sent', bytes: 400, bytesPerSecond: 9 }))).toEqual([])
    expect(types(tab.happen(1, { type: 'sent', bytes: A_SIZE, bytesPerSecond: 9 }))).toEqual([
      'guard',
    ])
    expect(types(tab.endTransfer(1, { type: 'whole', uploadId: 'u1' }))).toEqual(['ask'])

    expect(types(tab.happen(1, { type: 'answered', status: done }))).toEqual([
      ...['forget', 'arrive', 'tell'],
    ])
    expect([tab.told, tab.isGuarded, tab.remembered.size]).toEqual([[['enzymes.mp3']], false, 0])
  })

  it('sends a few at once, in their order, and the next when one gives way', () => {
    const tab = new Tab()
    tab.add(aFile('1.mp3'), aFile('2.mp3'), aFile('3.mp3'))
    expect(tab.states()).toEqual(['sending', 'sending', 'queued'])

    const effects = tab.happen(1, { type: 'paused' })

    expect(effects).toMatchObject([
      { type: 'stop', key: 1 },
      { type: 'send', key: 3 },
    ])
    tab.happen(1, { type: 'resumed' })
    expect(tab.states()).toEqual(['queued', 'sending', 'sending'])
  })

  it('leaves out what is on its way already, and what lay beside the recordings', () => {
    const tab = new Tab()
    tab.add(aFile())
    const skipped = [{ name: 'plan.pdf', reason: 'other' } as const]
    const arrivals = [{ id: 'again', file: aFile() }]
    tab.tell({ type: 'added', arrivals, skipped, details: DETAILS })

    expect(tab.queue.skipped).toEqual([...skipped, { name: 'enzymes.mp3', reason: 'already' }])
    expect(tab.states()).toEqual(['sending'])

    tab.add(aFile('enzymes.mp3', { lastModified: 6 }))
    expect(tab.states()).toEqual(['sending', 'sending'])
  })

  it('goes on by itself when the server is gone, less and less often', () => {
    const tab = new Tab()
    tab.add(aFile())
    tab.happen(1, { type: 'begun', uploadId: 'u1' })
    const broken = { type: 'broken', failure: serverGone() } as const
    expect(tab.endTransfer(1, broken)).toMatchObject([
      { type: 'stop' },
      { type: 'wait', key: 1, ms: 1000 },
    ])
    expect(tab.happen(1, { type: 'due' })).toEqual([{ type: 'ask', key: 1, uploadId: 'u1' }])
    expect(tab.happen(1, broken)).toMatchObject([{ type: 'stop' }, { type: 'wait', ms: 2000 }])
    expect(types(tab.tell({ type: 'online' }))).toEqual(['ask'])
    tab.happen(1, { type: 'answered', status: aStatus({ offset: 300 }) })
    expect(tab.transfers.get(1)).toEqual({ uploadId: 'u1' })

    tab.happen(1, { type: 'sent', bytes: 400, bytesPerSecond: null })
    expect(tab.endTransfer(1, broken).at(-1)).toMatchObject({ type: 'wait', ms: 1000 })
  })

  it('waits no longer than half a minute', () => {
    const tab = new Tab()
    tab.add(aFile())
    for (let time = 0; time < 12; time += 1) {
      tab.endTransfer(1, { type: 'broken', failure: serverGone() })
      tab.happen(1, { type: 'due' })
    }
    expect(tab.timers.at(-1)?.ms).toBe(30_000)
  })

  it('keeps what failed until a person has it tried again', () => {
    const tab = new Tab()
    tab.add(aFile())
    tab.endTransfer(1, { type: 'broken', failure: DISK_FULL })
    expect([tab.states(), tab.remembered.size, tab.timers]).toEqual([['failed'], 1, []])

    expect(types(tab.happen(1, { type: 'resumed' }))).toContain('send')
  })

  it('forgets what cannot become a lesson, and tells the others without it', () => {
    const tab = new Tab()
    tab.add(aFile('good.mp3'), aFile('bad.mp3'))
    tab.endTransfer(1, { type: 'whole', uploadId: 'u1' })
    tab.happen(1, { type: 'answered', status: done })
    expect(tab.told).toEqual([])

    const failure = new Failure({ code: 'no-sound', status: 422 })
    expect(types(tab.endTransfer(2, { type: 'broken', failure }))).toContain('forget')
    expect([tab.told, tab.remembered.size]).toEqual([[['good.mp3']], 0])
    expect(types(tab.happen(2, { type: 'resumed' }))).toEqual([])
  })

  it('tells each lesson once, those with the same recording, too', () => {
    const tab = new Tab()
    const same = aStatus({ stage: 'done', lesson_id: 4, same_recording: [2] })
    for (const [key, status] of [[1, done] as const, [2, same] as const]) {
      tab.add(aFile(`${String(key)}.mp3`))
      tab.endTransfer(key, { type: 'whole', uploadId: 'u1' })
      tab.happen(key, { type: 'answered', status })
    }
    expect(tab.told).toEqual([['1.mp3'], ['2.mp3']])
    expect(tab.queue.uploads[1]?.standing).toMatchObject({ sameRecording: [2], isTold: true })
  })

  it('has removed what is given up, and stops it first', () => {
    const tab = new Tab()
    tab.add(aFile())
    tab.happen(1, { type: 'begun', uploadId: 'u1' })

    const effects = tab.tell({ type: 'cancelled', key: 1 })

    expect(types(effects)).toEqual(['stop', 'forget', 'remove', 'guard'])
    expect(tab.queue.uploads).toEqual([])
  })

  it('clears what has ended, and leaves lessons on the server', () => {
    const tab = new Tab()
    tab.add(aFile('1.mp3'), aFile('2.mp3'))
    tab.endTransfer(1, { type: 'whole', uploadId: 'u1' })
    tab.happen(1, { type: 'answered', status: done })

    expect(types(tab.tell({ type: 'cleared' }))).toEqual([])
    expect(tab.states()).toEqual(['sending'])

    tab.happen(2, { type: 'begun', uploadId: 'u2' })
    tab.endTransfer(2, { type: 'broken', failure: DISK_FULL })
    expect(types(tab.tell({ type: 'cleared' }))).toEqual(['forget', 'remove'])
    expect(tab.queue).toMatchObject({ uploads: [], skipped: [] })
  })

  it('finds after a reload what was left behind, and goes on with its file', () => {
    const before = new Tab()
    before.add(aFile('1.mp3'), aFile('2.mp3'), aFile('3.mp3'))
    before.happen(1, { type: 'begun', uploadId: 'u1' })

    const tab = new Tab(before.remembered)
    expect(tab.states()).toEqual(['detached', 'detached', 'detached'])
    expect(tab.asked).toEqual([{ type: 'look', key: 1, uploadId: 'u1' }])
    tab.happen(1, { type: 'answered', status: aStatus({ offset: 250 }) })
    expect([tab.queue.uploads[0]?.sentBytes, tab.isGuarded]).toEqual([250, false])
    expect(tab.tell({ type: 'online' })).toEqual([{ type: 'look', key: 1, uploadId: 'u1' }])

    tab.tell({ type: 'chosenAgain', files: [aFile('2.mp3'), aFile('other.mp3'), aFile('1.mp3')] })
    expect(tab.states()).toEqual(['sending', 'sending', 'detached'])
    expect(tab.queue.skipped).toEqual([{ name: 'other.mp3', reason: 'unknown' }])
    expect(tab.asked.at(-1)).toEqual({ type: 'ask', key: 1, uploadId: 'u1' })
    tab.add(aFile('3.mp3'))
    expect(tab.states()).toEqual(['sending', 'sending', 'queued'])
  })

  it('finds nothing twice, and may find a lesson', () => {
    const before = new Tab()
    before.add(aFile())
    before.happen(1, { type: 'begun', uploadId: 'u1' })
    const tab = new Tab(before.remembered)
    const left = [...tab.remembered].map(([id, known]) => ({ id, ...known }))
    expect(tab.tell({ type: 'found', left })).toEqual([])

    const whole = { type: 'answered', status: aStatus({ stage: 'whole' }) } as const
    expect(types(tab.happen(1, whole))).toEqual(['ask'])
    tab.happen(1, { type: 'answered', status: done })
    expect([tab.states(), tab.remembered.size, tab.told]).toEqual([['done'], 0, [['enzymes.mp3']]])
  })

  it('gives up all that wait for their files at once', () => {
    const before = new Tab()
    before.add(aFile('1.mp3'), aFile('2.mp3'))
    const tab = new Tab(before.remembered)
    tab.add(aFile('3.mp3'))

    tab.tell({ type: 'abandoned' })

    expect(tab.queue.uploads.map(({ name }) => name)).toEqual(['3.mp3'])
    expect(tab.remembered.size).toBe(1)
  })
})

// --- whatever happens, in whichever order --------------------------------------------------------

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** People, tabs and a server that do something at random, each of it possible at that time. */
class Life {
  tab = new Tab()
  /** How much of each upload the server has. */
  readonly server = new Map<string, number>()
  readonly files: File[] = []
  /** Names of files that are still to become lessons. */
  readonly wanted = new Set<string>()
  private readonly random: () => number

  constructor(seed: number) {
    this.random = chance(seed)
  }

  private pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.random() * items.length)]
  }

  private key(): number {
    return this.pick(this.tab.queue.uploads)?.key ?? 0
  }

  /** Do what takes some uploads from the list: a person gave them up, or has seen their end. */
  private letGo(isLet: (upload: Upload) => boolean, act: () => void): void {
    const names = this.tab.queue.uploads.filter(isLet).map(({ name }) => name)
    act()
    const present = this.names()
    for (const name of names) if (!present.has(name)) this.wanted.delete(name)
  }

  readonly acts: (() => void)[] = [
    () => {
      const file = aFile(`${String(this.files.length)}.mp3`)
      this.files.push(file)
      this.wanted.add(file.name)
      this.tab.add(file)
    },
    () => {
      const file = this.pick([...this.files])
      if (file) this.wanted.add(file.name)
      if (file) this.tab.add(file)
    },
    () => void this.tab.happen(this.key(), { type: 'paused' }),
    () => void this.tab.happen(this.key(), { type: 'resumed' }),
    () => {
      const given = this.key()
      this.letGo(
        ({ key }) => key === given,
        () => this.tab.tell({ type: 'cancelled', key: given }),
      )
    },
    () => this.letGo(hasEnded, () => this.tab.tell({ type: 'cleared' })),
    () => this.letGo(isDone, () => (this.tab = new Tab(this.tab.remembered))),
    () => {
      const file = this.pick(this.files)
      if (file) this.tab.happen(this.key(), { type: 'chosen', file })
    },
    () => void this.tab.tell({ type: 'online' }),
    () => this.transfer((key) => this.send(key, 0.4)),
    () => this.transfer((key) => this.send(key, 1)),
    () => this.transfer((key) => this.fail(key, serverGone())),
    () => this.transfer((key) => this.fail(key, DISK_FULL)),
    () => this.answer(),
    () => this.answer(serverGone()),
    () => this.due(),
    () => void this.server.delete(this.pick([...this.server.keys()]) ?? ''),
  ]

  act(): void {
    this.pick(this.acts)?.()
  }

  private transfer(act: (key: number) => void): void {
    const key = this.pick([...this.tab.transfers.keys()])
    if (key !== undefined) act(key)
  }

  private send(key: number, share: number): void {
    const transfer = this.tab.transfers.get(key)
    if (!transfer) return
    if (transfer.uploadId !== null && !this.server.has(transfer.uploadId)) {
      return this.fail(key, GIVEN_UP)
    }
    const uploadId = transfer.uploadId ?? `u${String((ids += 1))}`
    const has = this.server.get(uploadId) ?? 0
    const bytes = has + Math.round((A_SIZE - has) * share)
    this.server.set(uploadId, bytes)
    if (transfer.uploadId === null) this.tab.happen(key, { type: 'begun', uploadId })
    transfer.uploadId = uploadId
    this.tab.happen(key, { type: 'sent', bytes, bytesPerSecond: null })
    if (bytes === A_SIZE) this.tab.endTransfer(key, { type: 'whole', uploadId })
  }

  private fail(key: number, failure: Failure): void {
    this.tab.endTransfer(key, { type: 'broken', failure })
  }

  answer(failure?: Failure): void {
    const question = this.pick(this.tab.asked)
    if (!question) return
    this.tab.asked = this.tab.asked.filter((each) => each !== question)
    const has = this.server.get(question.uploadId)
    const isWhole = has === A_SIZE
    const status = isWhole ? done : aStatus({ offset: has ?? 0 })
    const event: UploadEvent =
      (failure ?? has === undefined)
        ? { type: 'broken', failure: failure ?? GIVEN_UP }
        : { type: 'answered', status }
    this.tab.happen(question.key, event)
  }

  due(): void {
    const timer = this.tab.timers.shift()
    if (timer) this.tab.happen(timer.key, { type: 'due' })
  }

  /** From now on nothing goes wrong, and people do what they are asked for. */
  finish(): void {
    for (let round = 0; round < 40; round += 1) {
      for (const { key, name, standing } of this.tab.queue.uploads) {
        const file = this.files.find((each) => each.name === name)
        if (standing.state === 'detached' && file) this.tab.happen(key, { type: 'chosen', file })
        this.tab.happen(key, { type: 'resumed' })
      }
      for (const key of [...this.tab.transfers.keys()]) this.send(key, 1)
      for (let n = this.tab.asked.length; n > 0; n -= 1) this.answer()
      while (this.tab.timers.length > 0) this.due()
    }
  }

  names(): Set<string> {
    return new Set(this.tab.queue.uploads.map(({ name }) => name))
  }

  check(): void {
    const { queue, transfers, asked, timers, remembered, isGuarded } = this.tab
    const { uploads } = queue
    // Nothing that somebody wants is lost.
    for (const name of this.wanted) {
      const upload = uploads.find((each) => each.name === name)
      expect(upload, `${name} is there`).toBeDefined()
    }
    // What is unfinished would be found again, and nothing else.
    const unfinished = uploads.filter(isUnfinished)
    expect([...remembered.keys()].sort()).toEqual(unfinished.map(({ id }) => id).sort())
    for (const { id, uploadId } of unfinished) expect(remembered.get(id)?.uploadId).toBe(uploadId)
    // Whatever goes on by itself is waited for.
    const isAsked = (key: number) => asked.some((each) => each.key === key)
    for (const upload of uploads) {
      const { key, standing } = upload
      if (isOnWire(upload)) expect(transfers.has(key), 'is sent').toBe(true)
      else if (standing.state === 'sending') expect(isAsked(key), 'is asked for').toBe(true)
      else if (standing.state === 'finishing') {
        expect(isAsked(key) || transfers.has(key), 'is waited for').toBe(true)
      } else if (standing.state === 'waiting') {
        expect(timers.some((timer) => timer.key === key)).toBe(true)
      }
    }
    const nSent = uploads.filter(({ standing: { state } }) =>
      ['sending', 'finishing'].includes(state),
    ).length
    expect(transfers.size).toBeLessThanOrEqual(MOST_AT_ONCE)
    if (uploads.some(({ standing }) => standing.state === 'queued')) {
      expect(nSent).toBeGreaterThanOrEqual(MOST_AT_ONCE)
    }
    expect(isGuarded).toBe(uploads.some(isLostOnLeaving))
  }
}

describe('The queue, whatever happens in whichever order', () => {
  it('loses no file, and has them all become lessons when nothing goes wrong any more', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const life = new Life(seed)
      for (let n = 0; n < 60; n += 1) {
        life.act()
        life.check()
      }
      const wanted = new Set(life.wanted)
      life.finish()

      life.check()
      expect(
        [...wanted].filter((name) => !life.names().has(name)),
        `seed ${String(seed)}`,
      ).toEqual([])
      expect(life.tab.queue.uploads.every(hasEnded), `seed ${String(seed)}`).toBe(true)
      expect(life.tab.remembered.size).toBe(0)
    }
  })
})
