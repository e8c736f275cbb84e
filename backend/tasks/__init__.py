"""The public functions of Lectern's core, see docs/tasks.md.

They are loaded when they are first used: importing this package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backend.tasks.correction import correct_transcript, correct_transcript_async
    from backend.tasks.llm_utils import get_llm_model
    from backend.tasks.summary import generate_summary, generate_summary_async
    from backend.tasks.transcribe import Transcription, transcribe_audio, transcribe_lesson

_HOMES = {
    "Transcription": "transcribe",
    "correct_transcript": "correction",
    "correct_transcript_async": "correction",
    "generate_summary": "summary",
    "generate_summary_async": "summary",
    "get_llm_model": "llm_utils",
    "transcribe_audio": "transcribe",
    "transcribe_lesson": "transcribe",
}

__all__ = [
    "Transcription",
    "correct_transcript",
    "correct_transcript_async",
    "generate_summary",
    "generate_summary_async",
    "get_llm_model",
    "transcribe_audio",
    "transcribe_lesson",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"backend.tasks.{_HOMES[name]}"), name)
