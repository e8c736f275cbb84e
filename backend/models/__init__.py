"""Tables and value types, and nothing else."""

from backend.models.ledger import CallOutcome, LlmCall, LlmRun, TranscriptWindow
from backend.models.library import Course, Lesson, Theme
from backend.models.task import Task, TaskStatus
from backend.models.transcript import Flag, Segment, Word

__all__ = [
    "CallOutcome",
    "Course",
    "Flag",
    "Lesson",
    "LlmCall",
    "LlmRun",
    "Segment",
    "Task",
    "TaskStatus",
    "Theme",
    "TranscriptWindow",
    "Word",
]
