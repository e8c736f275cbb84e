"""Which recogniser transcribes: the configured one, or the best there is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.errors import RecogniserMissing
from backend.models.notices import Notice
from backend.speech.engines.base import Recogniser
from backend.speech.engines.entry import Obstacle, RecogniserEntry
from backend.speech.engines.registry import (
    AUTO,
    RECOGNISERS,
    Recognisers,
    TranscriptionSettings,
    find_entry,
)


@dataclass(frozen=True)
class Choice:
    """The recogniser that the settings come to, and what is in the way."""

    entry: RecogniserEntry[Any]
    options: Any
    """Its own, with which it is to run."""
    obstacle: Obstacle | None
    """Why it cannot run here; None: it can."""
    passed_over: Obstacle | None = None
    """Why it is not the first that `auto` would take; None: it is, or it was named."""
    is_other_model: bool = False
    """Whether it is the one that was passed over, with another model."""


@dataclass(frozen=True)
class PlannedRecogniser:
    """A recogniser before anything is loaded: what it is, and what a person should know about the
    choice."""

    entry: RecogniserEntry[Any]
    options: Any
    model: str
    """As the transcript's metadata will name it."""
    notice: Notice | None = None


@dataclass(frozen=True)
class ChosenRecogniser:
    """A recogniser that is ready, and what a person should know about the choice."""

    recogniser: Recogniser
    notice: Notice | None = None


def look_for_recogniser(
    settings: TranscriptionSettings, models_dir: Path, among: Recognisers = RECOGNISERS
) -> Choice:
    """The recogniser that the settings ask for, ready or not. Nothing is loaded.

    `auto` takes the first that is ready, if need be with another model than the one that was named
    and is not there. But what somebody meant (a model that was named by its
    directory, or is there but broken) is not passed over, nor is a name that no model has.
    """
    passed_over = None
    for entry in among if settings.engine == AUTO else [_named(settings.engine, among)]:
        options = entry.options_of(settings)
        obstacle = entry.find_obstacle(options, models_dir)
        choice = Choice(entry, options, obstacle, passed_over)
        if obstacle is None or not obstacle.gives_way:
            break
        passed_over = passed_over or obstacle
        other = entry.in_place_of(options, models_dir) if settings.engine == AUTO else None
        if other is not None:
            return Choice(entry, other, None, passed_over, is_other_model=True)
    return choice


def _named(name: str, among: Recognisers) -> RecogniserEntry[Any]:
    entry = find_entry(name, among)
    assert entry is not None  # it was validated
    return entry


def plan_recogniser(
    settings: TranscriptionSettings, models_dir: Path, among: Recognisers = RECOGNISERS
) -> PlannedRecogniser:
    """The recogniser that the settings ask for. Nothing is loaded, and nothing downloaded.

    Raises
    ------
    UnknownModel, ModelNotInstalled, ModelIncomplete
    RecogniserMissing
        There is none here, of those that were asked for.
    """
    choice = look_for_recogniser(settings, models_dir, among)
    entry, obstacle, passed_over = choice.entry, choice.obstacle, choice.passed_over
    if obstacle and passed_over and obstacle.gives_way:
        said = (passed_over.message, obstacle.message, passed_over.remedy)
        raise RecogniserMissing(" ".join(said))
    if obstacle:
        raise obstacle.error
    model = entry.model(choice.options, models_dir)
    notice = None
    if passed_over and choice.is_other_model:
        notice = _tell_other_model(entry, model, passed_over)
    elif passed_over and entry.caveat:
        notice = _tell_rough(entry, passed_over)
    return PlannedRecogniser(entry, choice.options, model, notice)


def _tell_other_model(entry: RecogniserEntry[Any], model: str, passed_over: Obstacle) -> Notice:
    return Notice(
        "other-model",
        f"{passed_over.message} So {entry.in_words(model)} is used, the best that is. For the one "
        f"that was chosen: {passed_over.remedy} Then transcribe again.",
        {**passed_over.facts, "used": model},
    )


def _tell_rough(entry: RecogniserEntry[Any], passed_over: Obstacle) -> Notice:
    return Notice(
        "built-in-recogniser",
        f"{passed_over.message} So {entry.in_words(None)} is used: it is {entry.caveat}. For a "
        f"good transcript: {passed_over.remedy} Then transcribe again.",
        dict(passed_over.facts),
    )


def choose_recogniser(
    settings: TranscriptionSettings, models_dir: Path, among: Recognisers = RECOGNISERS
) -> ChosenRecogniser:
    """The recogniser that `plan_recogniser` says, ready.

    Raises
    ------
    UnknownModel, ModelNotInstalled, ModelIncomplete, DeviceUnavailable, RecogniserMissing
    """
    planned = plan_recogniser(settings, models_dir, among)
    made = planned.entry.make(planned.options, models_dir)
    return ChosenRecogniser(made, planned.notice)
