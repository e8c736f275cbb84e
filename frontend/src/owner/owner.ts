import { defineStore } from 'pinia'
import { onScopeDispose, ref } from 'vue'
import { asFailure } from '@/api/failure'
import { getOwner } from '@/api/owner'
import { keepToken, keptToken, onOtherToken } from '@/api/ownerToken'
import { tokenIn } from './token'

/** Whether whoever sits here may do what is the owner's alone, such as changing settings. */
export const useOwner = defineStore('owner', () => {
  /** null: not known yet. */
  const isOwner = ref<boolean | null>(null)
  /** The file on the server's computer that holds the token. */
  const tokenFile = ref('')

  async function load(): Promise<void> {
    const asked = keptToken()
    try {
      const found = await getOwner()
      isOwner.value = found.is_owner
      tokenFile.value = found.token_file
      // It was of an earlier start of the server.
      if (!found.is_owner && keptToken() === asked) keepToken('')
    } catch (error) {
      asFailure(error) // the page says elsewhere that the server is gone
    }
  }

  /** Take what somebody entered, the token or an address with it; whether it is the right one. */
  async function enter(text: string): Promise<boolean> {
    keepToken(tokenIn(text))
    await load()
    return isOwner.value === true
  }

  onScopeDispose(onOtherToken(() => void load()))

  return { isOwner, tokenFile, load, enter }
})
