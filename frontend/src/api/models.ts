import { client, take } from './client'
import type { DownloadPublic, Models } from './schema'

export type { DownloadPublic, ModelPublic } from './schema'

/** The Whisper models that are installed, those that can be downloaded by name, and their folder. */
export function listModels(): Promise<Models> {
  return take(client.GET('/api/v1/models'))
}

/** Begin a download, or go on with one that was interrupted; how it gets on is among the events. */
export function downloadModel(name: string): Promise<DownloadPublic> {
  return take(client.POST('/api/v1/models/downloads', { body: { name } }))
}
