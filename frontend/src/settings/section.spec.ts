import { waitFor } from '@testing-library/vue'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { Preferences, PreferencesPatch } from '@/api/preferences'
import { compose } from '@/testing/compose'
import { fakeServer, problem } from '@/testing/server'
import { usePreferences } from './preferences'
import { useSection } from './useSection'

interface Stored {
  llm: { max_concurrency: number; requests_per_minute: number }
  summary: { max_length: number }
  version: string
}

/** A server whose settings carry versions, and a section of two of them. */
async function openSection() {
  let stored: Stored = {
    ...{ llm: { max_concurrency: 4, requests_per_minute: 60 }, summary: { max_length: 300 } },
    version: '1',
  }
  function change(more: Partial<Stored>): void {
    stored = { ...stored, ...more, version: String(Number(stored.version) + 1) }
  }
  const server = fakeServer({ 'GET /api/v1/preferences/form': { sections: [] } })
  const answer = () => Response.json(stored, { headers: { ETag: `"${stored.version}"` } })
  server.on('GET /api/v1/preferences', answer)
  server.on('PATCH /api/v1/preferences', async (request) => {
    if (request.headers.get('If-Match') !== `"${stored.version}"`) {
      return problem(412, 'conflict', { present: stored })
    }
    const patch = (await request.json()) as { llm: Partial<Stored['llm']> }
    change({ llm: { ...stored.llm, ...patch.llm } })
    return answer()
  })
  const { given } = await compose(() => ({
    preferences: usePreferences(),
    section: useSection(
      (known: Preferences) => ({ ...(known as unknown as Stored).llm }),
      (changed) => ({ llm: changed }) as PreferencesPatch,
    ),
  }))
  await given.preferences.load()
  return { ...given, server, change, stored: () => stored }
}

describe('A section of the settings', () => {
  it('is saved with what was changed alone', async () => {
    const { section, stored } = await openSection()
    expect(section.isDirty).toBe(false)
    section.set('max_concurrency', 8)
    expect(section.isDirty).toBe(true)

    expect(await section.save()).toBe(true)

    expect(stored().llm).toEqual({ max_concurrency: 8, requests_per_minute: 60 })
    expect([section.isDirty, section.wasSaved]).toEqual([false, true])
  })

  it('is saved although another section was changed meanwhile', async () => {
    const { section, change, stored } = await openSection()
    section.set('max_concurrency', 8)
    change({ summary: { max_length: 99 } })

    expect(await section.save()).toBe(true)
    expect(stored()).toMatchObject({ llm: { max_concurrency: 8 }, summary: { max_length: 99 } })
  })

  it('asks whose values are to stand where somebody else changed it', async () => {
    const { section, change, stored } = await openSection()
    section.set('max_concurrency', 8)
    change({ llm: { max_concurrency: 2, requests_per_minute: 60 } })

    expect(await section.save()).toBe(false)
    expect([section.hasConflict, section.draft.max_concurrency]).toEqual([true, 8])
    expect(stored().llm.max_concurrency).toBe(2)

    await section.save()
    expect(stored().llm.max_concurrency).toBe(8)
  })

  it('can take theirs', async () => {
    const { section, change } = await openSection()
    section.set('max_concurrency', 8)
    change({ llm: { max_concurrency: 2, requests_per_minute: 60 } })
    await section.save()

    section.reset()

    expect([section.draft.max_concurrency, section.isDirty, section.hasConflict]).toEqual([
      ...[2, false, false],
    ])
  })

  it('keeps what is typed while it is read anew, or saved', async () => {
    const { section, preferences } = await openSection()
    section.set('max_concurrency', 8)
    await preferences.load()
    expect(section.draft.max_concurrency).toBe(8)

    const saving = section.save()
    section.set('max_concurrency', 9)
    await saving
    await nextTick()

    expect([section.draft.max_concurrency, section.isDirty]).toEqual([9, true])
  })

  it('says what is wrong at its field, and what is of no field below', async () => {
    const { section, server } = await openSection()
    const errors = [{ location: 'body.llm.max_concurrency', message: 'At least 1.' }]
    server.on('PATCH /api/v1/preferences', () => problem(422, 'invalid-value', { errors }))
    section.set('max_concurrency', 0)
    await section.save()
    expect(section.errors).toEqual({ max_concurrency: 'At least 1.' })
    expect(section.otherFailure).toBeNull()

    server.on('PATCH /api/v1/preferences', () => problem(500, 'unexpected'))
    await section.save()
    await waitFor(() => expect(section.otherFailure?.code).toBe('unexpected'))
    expect(section.draft.max_concurrency).toBe(0)
  })
})
