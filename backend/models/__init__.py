"""Tables and value types, and nothing else."""

from backend.models.former import FormerLayer
from backend.models.ledger import CallOutcome, LlmCall, LlmRun, TranscriptWindow
from backend.models.library import Course, Lesson, Theme
from backend.models.task import Task, TaskStatus, TaskType
from backend.models.transcript import Flag, Segment, Word
from backend.models.worker import ProviderPace, Worker

__all__ = [
    "CallOutcome",
    "Course",
    "Flag",
    "FormerLayer",
    "Lesson",
    "LlmCall",
    "LlmRun",
    "ProviderPace",
    "Segment",
    "Task",
    "TaskStatus",
    "TaskType",
    "Theme",
    "TranscriptWindow",
    "Word",
    "Worker",
]
