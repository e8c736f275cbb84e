import { client, take } from './client'
import type { DownloadPublic, ModelPublic } from './schema'

export type { DownloadPublic, ModelPublic } from './schema'

/** The Whisper models that are installed, and those that can be downloaded by name. */
export async function listModels(): Promise<ModelPublic[]> {
  return (await take(client.GET('/api/v1/models'))).items
}

/** Begin a download, or go on with one that was interrupted; how it gets on is among the events. */
export function downloadModel(name: string): Promise<DownloadPublic> {
  return take(client.POST('/api/v1/models/downloads', { body: { name } }))
}
