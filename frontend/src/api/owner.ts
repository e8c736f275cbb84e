import { client, take } from './client'
import type { OwnerPublic } from './schema'

export type { OwnerPublic } from './schema'

/** Whether the token that is kept is the owner's, and where the right one is. */
export function getOwner(): Promise<OwnerPublic> {
  return take(client.GET('/api/v1/owner'))
}
