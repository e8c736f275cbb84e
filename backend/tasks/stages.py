"""The stages of a lesson's way, and what each makes."""

from collections.abc import Mapping
from enum import StrEnum

from backend.models import TaskType
from backend.tasks.layers import LessonLayer


class Stage(StrEnum):
    """A stage of the way, in order. `TaskType` has these and what is made up of them."""

    TRANSCRIPTION = TaskType.TRANSCRIPTION.value
    CORRECTION = TaskType.CORRECTION.value
    SUMMARY = TaskType.SUMMARY.value


LAYER_OF: Mapping[Stage, LessonLayer] = {
    Stage.TRANSCRIPTION: LessonLayer.TRANSCRIPT,
    Stage.CORRECTION: LessonLayer.CORRECTION,
    Stage.SUMMARY: LessonLayer.SUMMARY,
}
