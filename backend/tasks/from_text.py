"""What the stages share that make a text of a text, by a language model."""

from backend.config.settings import CorrectionSettings, Provider, Settings, SummarySettings
from backend.errors.lessons import NoTranscript
from backend.llm.provider import ModelChoice
from backend.models import Segment
from backend.tasks.stage import LessonSnapshot
from backend.text.stored_text import StoredText


def require_text_and_model(
    state: LessonSnapshot, settings: Settings, section: CorrectionSettings | SummarySettings
) -> None:
    """Raise `NoTranscript`, or what is wrong with the model that `section` names."""
    if state.texts.transcript is None:
        raise NoTranscript
    if settings.provider is not Provider.OFFLINE:
        ModelChoice.from_settings(settings, section).require_usable()


def segments_without_words(text: StoredText | None) -> list[Segment]:
    """The segments as a model is sent them."""
    stored = () if text is None else text.stored
    return [Segment(start=each["start"], end=each["end"], text=each["text"]) for each in stored]
