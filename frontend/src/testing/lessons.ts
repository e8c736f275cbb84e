import type { LessonListed, LessonPublic } from '@/api/lessons'
import type { StagePublic } from '@/api/stages'
import type { TaskDoing, TaskPublic } from '@/api/tasks'

export function aLesson(more: Partial<LessonListed> = {}): LessonListed {
  return {
    id: 1,
    title: 'Enzymes',
    date: '2026-11-12T09:00:00Z',
    course_id: 2,
    course: 'Biology',
    theme_id: null,
    duration: 5040,
    language: 'en',
    brief: 'What an enzyme does, and what stops it.',
    state: 'summarised',
    has_recording: true,
    has_transcript: true,
    has_corrected_transcript: true,
    has_summary: true,
    ...more,
  }
}

/** As its own address gives it. */
export function aWholeLesson(more: Partial<LessonPublic> = {}): LessonPublic {
  return {
    ...aLesson({ duration: 60 }),
    own_language: null,
    filename: 'enzymes.mp3',
    audio_sha256: null,
    making: { transcript: null, corrected_transcript: null, summary: null },
    version: 'v1',
    ...more,
  }
}

/** What a worker says of a stage that is under way. */
export function doing(more: Partial<TaskDoing> = {}): TaskDoing {
  return {
    code: 'working',
    stage: 'transcription',
    done: 750,
    total: 2700,
    unit: 's',
    seconds_left: null,
    worker: null,
    ...more,
  }
}

export function aTask(more: Partial<TaskPublic> = {}): TaskPublic {
  return {
    id: 7,
    task_type: 'process',
    status: 'running',
    parameters: { lesson_id: 1 },
    lesson_id: 1,
    lesson_title: 'Enzymes',
    priority: 0,
    depends_on: null,
    progress: 0.43,
    progress_message: null,
    attempt: 1,
    worker: null,
    result: null,
    error: null,
    error_code: null,
    error_facts: null,
    doing: null,
    crashes: 0,
    created_at: null,
    start_date: null,
    end_date: null,
    duration: null,
    ...more,
  }
}

/** As the server lists them. */
export const STAGES: StagePublic[] = [
  {
    name: 'transcription',
    title: { en: 'Transcription', fr: 'Transcription' },
    doing: { en: 'Transcribing', fr: 'Transcription' },
  },
  {
    name: 'correction',
    title: { en: 'Correction', fr: 'Correction' },
    doing: { en: 'Correcting', fr: 'Correction' },
  },
  {
    name: 'summary',
    title: { en: 'Summary', fr: 'Résumé' },
    doing: { en: 'Summarising', fr: 'Résumé' },
  },
]
