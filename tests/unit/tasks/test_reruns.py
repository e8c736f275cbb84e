"""Reruns: none goes down in quality unasked, and what one would do is known beforehand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from backend import database
from backend.config.environment import models_dir
from backend.config.file import load_config
from backend.database.sessions import writing
from backend.errors.lessons import LowerQuality
from backend.errors.recognisers import UnknownModel
from backend.lesson_texts.layers import (
    LessonLayer,
    lock_lesson,
    present_maker,
    replace_layer,
    restore_layer,
)
from backend.lesson_texts.makers import Maker, is_lower
from backend.models import Lesson
from backend.tasks.correction import CORRECTION
from backend.tasks.pipeline import AnyStage, run_process
from backend.tasks.prospects import Prospect, look_ahead
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY
from backend.tasks.transcribe import TRANSCRIPTION
from tests.audio_files import NANO_MODEL_DIR, Pause, Say, speak_nano, write_wav

MakeLesson = Callable[..., int]
ReadLesson = Callable[[int], Lesson]
WriteConfig = Callable[[str], None]

BY_WHISPER = {"engine": "faster-whisper", "model": "small"}
BY_MODEL = {"provider": "OpenAI", "model": "gpt-4o"}


def spoken(n_segments: int) -> list[dict[str, Any]]:
    return [{"start": 2 * n, "end": 2 * n + 2, "text": f"words {n}"} for n in range(n_segments)]


@pytest.fixture
def finished(lesson_of: MakeLesson, tmp_path: Path) -> int:
    """A lesson of a Whisper model and a language model, under settings that have neither."""
    speech = speak_nano([Pause(0.5), Say(0)])
    return lesson_of(
        write_wav(tmp_path / "short.wav", speech.waveform),
        transcript=spoken(12),
        transcript_metadata=BY_WHISPER,
        corrected_transcript=spoken(12),
        correction_metadata=BY_MODEL,
        brief="A brief.",
        summary="A summary.",
        summary_metadata=BY_MODEL,
        language="en",
    )


def ahead(lesson_id: int) -> dict[AnyStage, Prospect]:
    found = look_ahead(database.engine, lesson_id, load_config())
    return {prospect.stage: prospect for prospect in found}


@pytest.mark.usefixtures("each_database")
@pytest.mark.parametrize("stage", [TRANSCRIPTION, CORRECTION, SUMMARY])
def test_a_better_text_is_not_replaced_by_a_worse_one_unasked(
    stage: AnyStage, finished: int, stored_lesson: ReadLesson
) -> None:
    before = stored_lesson(finished)

    with Session(database.engine) as session, pytest.raises(LowerQuality, match="which is worse"):
        run_stage(stage, StageContext(finished, session))

    after = stored_lesson(finished)
    assert (after.transcript, after.corrected_transcript) == (
        before.transcript,
        before.corrected_transcript,
    )
    assert after.summary == "A summary."


def test_another_lesson_with_a_worse_text_changes_nothing(
    finished: int, lesson_of: MakeLesson
) -> None:
    lesson_of(summary="Other.", summary_metadata={"provider": "Offline", "model": "lexrank"})
    worse = lesson_of(transcript=spoken(3), summary="Third.", summary_metadata=None)

    with Session(database.engine) as session, pytest.raises(LowerQuality, match=f"{finished}"):
        run_stage(SUMMARY, StageContext(finished, session))
    with Session(database.engine) as session:
        run_stage(SUMMARY, StageContext(worse, session))


@pytest.mark.parametrize(
    ("lesson", "heard", "is_worse"),
    [("fr", "en", True), (None, "fr", True), ("en", "fr", False), (None, None, False)],
)
def test_a_model_for_english_alone_is_worse_where_another_language_is_spoken(
    lesson_of: MakeLesson, lesson: str | None, heard: str | None, is_worse: bool
) -> None:
    metadata = BY_WHISPER | {"model": "base", "language": heard}
    lesson_id = lesson_of(transcript=spoken(2), transcript_metadata=metadata, language=lesson)
    with Session(database.engine) as session:
        present, spoken_language = present_maker(session, lesson_id, LessonLayer.TRANSCRIPT)

    new = Maker("faster-whisper", "small.en")
    assert is_lower(present, new, spoken_language) is is_worse


def test_it_is_replaced_when_this_is_accepted_and_can_be_brought_back(
    finished: int, stored_lesson: ReadLesson
) -> None:
    with Session(database.engine) as session:
        run_stage(SUMMARY, StageContext(finished, session, accept_lower_quality=True))
        replaced = stored_lesson(finished).summary
        restore_layer(session, finished, LessonLayer.SUMMARY)

    assert replaced != "A summary."
    assert stored_lesson(finished).summary == "A summary."


def test_the_whole_way_is_refused_before_any_of_its_stages(
    finished: int, write_config: WriteConfig, stored_lesson: ReadLesson
) -> None:
    write_config(f'transcription: {{model: "{NANO_MODEL_DIR}", compute_type: int8}}\n')

    with Session(database.engine) as session, pytest.raises(LowerQuality, match="correction"):
        list(run_process(StageContext(finished, session), again=True))

    assert stored_lesson(finished).transcript_metadata == BY_WHISPER


def test_a_better_text_that_came_while_the_work_went_on_stays(finished: int) -> None:
    worse = {"brief": "Worse.", "summary": "Worse.", "summary_metadata": {"provider": "Offline"}}

    with Session(database.engine) as session, pytest.raises(LowerQuality), writing(session):
        replace_layer(session, lock_lesson(session, finished), LessonLayer.SUMMARY, worse)


def test_a_name_that_no_model_has_is_not_taken_for_one_that_is_not_installed(
    finished: int, write_config: WriteConfig
) -> None:
    write_config("transcription: {model: smal}\n")

    with Session(database.engine) as session, pytest.raises(UnknownModel, match="`small`"):
        run_stage(TRANSCRIPTION, StageContext(finished, session))


def test_what_each_stage_would_do_is_known_beforehand(finished: int) -> None:
    prospects = ahead(finished)

    assert all(prospect.is_lower for prospect in prospects.values())
    assert prospects[TRANSCRIPTION].present == Maker("faster-whisper", "small")
    assert prospects[TRANSCRIPTION].new == Maker("pocketsphinx", "en-us")
    assert prospects[CORRECTION].new == Maker("Offline", "rules")
    assert [prospect.n_calls for prospect in prospects.values()] == [0, 0, 0]
    assert all(prospect.former is None for prospect in prospects.values())


def test_the_calls_of_a_provider_are_counted_by_its_groups(
    finished: int, write_config: WriteConfig
) -> None:
    write_config("provider: OpenAI\napi_key: sk-test\n")

    prospects = ahead(finished)

    assert [prospect.n_calls for prospect in prospects.values()] == [0, 2, 1]
    assert not prospects[CORRECTION].is_lower


def test_what_cannot_run_says_why(finished: int, write_config: WriteConfig) -> None:
    write_config("provider: OpenAI\ntranscription: {model: smal}\n")

    problems = [prospect.problem for prospect in ahead(finished).values()]

    assert [problem and problem.code for problem in problems] == [
        "unknown-model",
        "provider-not-configured",
        "provider-not-configured",
    ]


def test_an_older_text_is_known_by_what_made_it(finished: int) -> None:
    with Session(database.engine) as session:
        run_stage(SUMMARY, StageContext(finished, session, accept_lower_quality=True))

    former = ahead(finished)[SUMMARY].former

    assert former is not None
    assert former.maker == Maker("OpenAI", "gpt-4o")


def test_a_model_that_is_installed_is_named_as_its_transcript_will_name_it(
    finished: int, write_config: WriteConfig
) -> None:
    models_dir().mkdir(parents=True)
    (models_dir() / "mine").symlink_to(NANO_MODEL_DIR)
    write_config("transcription: {model: mine}\n")

    prospect = ahead(finished)[TRANSCRIPTION]

    assert (prospect.new, prospect.is_lower) == (Maker("faster-whisper", "mine"), False)
