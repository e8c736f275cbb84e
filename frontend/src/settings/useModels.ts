import { computed, ref } from 'vue'
import { useServerEvent } from '@/api/connection'
import { asFailure, type Failure } from '@/api/failure'
import { downloadModel, listModels, type DownloadPublic, type ModelPublic } from '@/api/models'

/** Of each size the best that there is for all languages. */
const RECOMMENDED = ['tiny', 'base', 'small', 'medium', 'large-v3-turbo', 'large-v3']

/** The Whisper models: what is there, what can be, and what is being fetched. */
export function useModels() {
  const models = ref<ModelPublic[]>([])
  /** Where they lie, on the server's computer. */
  const directory = ref('')
  /** The one that transcribes now; "" where none does. */
  const used = ref('')
  const failure = ref<Failure | null>(null)

  const main = computed(() =>
    models.value
      .filter((model) => isThere(model) || RECOMMENDED.includes(model.name))
      .sort((one, other) => rank(one) - rank(other)),
  )
  const others = computed(() => models.value.filter((model) => !main.value.includes(model)))

  async function load(): Promise<void> {
    try {
      const found = await listModels()
      models.value = found.items
      directory.value = found.directory
      used.value = found.used ?? ''
      failure.value = null
    } catch (error) {
      failure.value = asFailure(error)
    }
  }

  function notice(download: DownloadPublic): void {
    const known = models.value.find(({ name }) => name === download.name)
    if (download.status === 'completed') void load()
    else if (known === undefined) {
      const { name } = download
      models.value.push({
        name,
        is_installed: false,
        size_bytes: null,
        download_bytes: null,
        problem: null,
        source: null,
        sources: ['hub'],
        is_english_only: null,
        memory_bytes: null,
        relative_speed: null,
        download,
      })
    } else known.download = download
  }

  async function fetchModel(name: string): Promise<boolean> {
    try {
      notice(await downloadModel(name))
      failure.value = null
      return true
    } catch (error) {
      failure.value = asFailure(error)
      return false
    }
  }

  useServerEvent('begin', () => void load())
  useServerEvent('download', notice)
  void load()

  return { models, main, others, directory, used, failure, load, fetchModel }
}

/** A download changes no place: whoever began one finds it, and its end, where it was begun. */
function isThere({ is_installed, size_bytes }: ModelPublic): boolean {
  return is_installed || size_bytes !== null
}

function rank(model: ModelPublic): number {
  const place = RECOMMENDED.indexOf(model.name)
  return (isThere(model) ? 0 : 100) + (place === -1 ? RECOMMENDED.length : place)
}
