"""Which recogniser transcribes: the configured one, or the best there is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.errors.recognisers import RecogniserMissing
from backend.models.notices import Notice
from backend.sections import Words
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
        raise RecogniserMissing(f"{passed_over.error.message} {obstacle.error.message}")
    if obstacle:
        raise obstacle.error
    model = entry.model(choice.options, models_dir)
    notice = None
    if passed_over and choice.is_other_model:
        notice = _tell_other_model(entry.in_words(model), model, passed_over)
    elif passed_over and entry.caveat:
        notice = _tell_rough(entry.in_words(None), entry.caveat, passed_over)
    return PlannedRecogniser(entry, choice.options, model, notice)


def _tell_other_model(taken: Words, model: str, passed_over: Obstacle) -> Notice:
    return Notice(
        "other-model",
        f"{passed_over.error} Until then {taken.en} is used, the best that is installed.",
        {**{str(name): fact for name, fact in passed_over.error.facts.items()}, "used": model},
    )


def _tell_rough(taken: Words, caveat: Words, passed_over: Obstacle) -> Notice:
    return Notice(
        "built-in-recogniser",
        f"{passed_over.error} Until then {taken.en} is used, which is {caveat.en}.",
        {str(name): fact for name, fact in passed_over.error.facts.items()},
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
