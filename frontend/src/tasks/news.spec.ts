import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { compose } from '@/testing/compose'
import { FakeEventSource } from '@/testing/FakeEventSource'
import { aTask } from '@/testing/lessons'
import { fakeServer } from '@/testing/server'
import { useTaskNews } from './news'

const failedAt = (id: number, end_date: string) => aTask({ id, status: 'failed', end_date })

async function openShell() {
  const items = [aTask({ id: 1 }), failedAt(2, '2026-11-20T10:00:00Z')]
  fakeServer({ 'GET /api/v1/tasks': { items, next_cursor: null } })
  const { given: news } = await compose(useTaskNews)
  FakeEventSource.last.send('begin', {})
  await waitFor(() => expect(news.underWay).toBe(1))
  return news
}

describe('The news of the tasks', () => {
  it('count what is under way, as the server tells', async () => {
    const news = await openShell()
    FakeEventSource.last.send('task', aTask({ id: 5, status: 'pending' }))
    expect(news.underWay).toBe(2)

    FakeEventSource.last.send('task', aTask({ id: 1, status: 'completed' }))
    expect(news.underWay).toBe(1)
  })

  it('tell of failures until somebody has looked, and of newer ones again', async () => {
    const news = await openShell()
    expect(news.failed).toBe(1)

    news.markSeen()
    expect(news.failed).toBe(0)
    FakeEventSource.last.send('task', failedAt(3, '2026-11-20T09:00:00Z'))
    expect(news.failed).toBe(0)

    FakeEventSource.last.send('task', failedAt(4, '2026-11-20T11:00:00Z'))
    expect(news.failed).toBe(1)
  })

  it('remember what was seen over a reload', async () => {
    const news = await openShell()
    news.markSeen()
    await waitFor(() => expect(localStorage.getItem('lectern.tasks-seen-until')).not.toBe(''))

    expect((await openShell()).failed).toBe(0)
  })
})
