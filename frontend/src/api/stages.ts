import { client, take } from './client'
import type { StagePublic } from './schema'

export type { StagePublic } from './schema'

/** The steps on a lesson's way, in order, with their words. */
export async function listStages(): Promise<StagePublic[]> {
  return (await take(client.GET('/api/v1/stages'))).items
}
