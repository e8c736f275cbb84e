"""Tables and value types, and nothing else."""

from backend.models.former import FormerLayer
from backend.models.ledger import CallOutcome, LlmCall, LlmRun, TranscriptWindow
from backend.models.library import Course, Lesson, Theme
from backend.models.people import (
    Colour,
    CorrectionProposal,
    LessonNotes,
    Note,
    SegmentEdit,
    TrashedLesson,
)
from backend.models.proposals import RefusedProposal
from backend.models.summaries import SummaryEdit, SummaryPart, SummaryProposal
from backend.models.task import Task, TaskStatus
from backend.models.transcript import Flag, Segment, Word
from backend.models.uploads import WatchedFile
from backend.models.worker import ProviderPace, Worker

__all__ = [
    "CallOutcome",
    "Colour",
    "CorrectionProposal",
    "Course",
    "Flag",
    "FormerLayer",
    "Lesson",
    "LessonNotes",
    "LlmCall",
    "LlmRun",
    "Note",
    "ProviderPace",
    "RefusedProposal",
    "Segment",
    "SegmentEdit",
    "SummaryEdit",
    "SummaryPart",
    "SummaryProposal",
    "Task",
    "TaskStatus",
    "Theme",
    "TranscriptWindow",
    "TrashedLesson",
    "WatchedFile",
    "Word",
    "Worker",
]
