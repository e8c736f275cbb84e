import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { asFailure } from '@/api/failure'
import { listStages, type StagePublic } from '@/api/stages'

/** The stages of a lesson's way, as the server has them. */
const useStages = defineStore('stages', () => {
  const byName = shallowRef(new Map<string, StagePublic>())

  async function load(): Promise<void> {
    try {
      byName.value = new Map((await listStages()).map((stage) => [stage.name, stage]))
    } catch (error) {
      asFailure(error) // the page says elsewhere that the server is gone
    }
  }

  void load()
  return { byName }
})

/** What the server calls its stages, in the language of the pages; others keep their names. */
export function useStageWords() {
  const { locale } = useI18n()
  const stages = useStages()

  function words(name: string, kind: 'title' | 'doing'): string {
    const stage = stages.byName.get(name)
    return stage?.[kind][locale.value === 'fr' ? 'fr' : 'en'] ?? name
  }

  return {
    /** Transcription */
    titleOf: (name: string) => words(name, 'title'),
    /** Transcribing */
    doingOf: (name: string) => words(name, 'doing'),
  }
}
