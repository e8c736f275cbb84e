"""Processes that are killed with SIGKILL in the middle of their work, and started again.

The result is what an undisturbed run gives; no stored window is transcribed twice, no answered
call is paid twice.
"""

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import Session, select

from backend import database
from backend.models import CallOutcome, Lesson, LlmCall, TranscriptWindow
from tests.audio_files import NANO_LESSON_PATH, repeat_audio
from tests.stubs.llm_server import ProviderStub, serve
from tests.stubs.openai import OpenAIStub
from tests.waiting import wait_until

LECTERN = [sys.executable, "-c", "from backend.cli import main; main()"]

MakeLesson = Callable[..., int]
ReadLesson = Callable[[int], Lesson]


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*LECTERN, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def finish(*arguments: str) -> None:
    process = start(*arguments)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()


def kill_once(condition: Callable[[], bool], *arguments: str) -> None:
    """Start a command and kill it as soon as the condition holds."""
    process = start(*arguments)
    wait_until(lambda: condition() or process.poll() is not None, seconds=300)
    assert process.poll() is None, "it ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.communicate()


def stored_windows() -> list[TranscriptWindow]:
    with Session(database.engine) as session:
        return list(session.exec(select(TranscriptWindow)))


def stored_answers() -> list[LlmCall]:
    with Session(database.engine) as session:
        statement = select(LlmCall).where(LlmCall.outcome == CallOutcome.ANSWERED)
        return list(session.exec(statement))


# --- transcription ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "two-windows.flac"
    repeat_audio(NANO_LESSON_PATH, 2, path)
    return path


@pytest.mark.usefixtures("nano_config", "each_database")
def test_a_killed_transcription_goes_on_after_its_last_window(
    data_dir: Path, lesson_of: MakeLesson, stored_lesson: ReadLesson, two_windows: Path
) -> None:
    undisturbed = lesson_of(two_windows)
    finish("transcribe", str(undisturbed))
    killed = lesson_of(two_windows)

    kill_once(lambda: len(stored_windows()) == 1, "transcribe", str(killed))
    finish("transcribe", str(killed))

    lesson = stored_lesson(killed)
    assert lesson.transcript == stored_lesson(undisturbed).transcript
    assert lesson.transcript_metadata == stored_lesson(undisturbed).transcript_metadata
    assert stored_windows() == []
    log = (data_dir / "logs" / "lectern.log").read_text()
    stored = Counter(re.findall(rf"lesson {killed}: stored window (\d+)", log))
    assert stored == {"0": 1, "1": 1}


# --- correction and summary ------------------------------------------------------------------


@contextmanager
def provider(write_config: Callable[[str], None], latency_seconds: float) -> Iterator[ProviderStub]:
    with serve(OpenAIStub(latency_seconds)) as stub:
        stub.correct(str.upper)
        write_config(
            f"provider: OpenAI\napi_key: test\nbase_url: {stub.base_url}\n"
            "summary: {context_tokens: 1600, max_length: 60}\n"
        )
        yield stub


def spoken(n_segments: int) -> list[dict[str, object]]:
    return [
        {"start": n, "end": n + 1, "text": f"segment {n} says something"} for n in range(n_segments)
    ]


def asked(stub: ProviderStub, first: int) -> list[tuple[int, ...]]:
    return [tuple(item["id"] for item in received.items) for received in stub.received[first:]]


@pytest.mark.usefixtures("each_database")
def test_a_killed_correction_pays_for_no_answered_group_again(
    write_config: Callable[[str], None], lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    with provider(write_config, latency_seconds=0.1) as stub:
        lesson_id = lesson_of(transcript=spoken(240))

        kill_once(
            lambda: len(stored_answers()) >= 6,
            "correct",
            str(lesson_id),
            "--segments-per-group=4",
            "--max-concurrency=3",
        )
        answered = {
            tuple(range(ids[0]["id"], ids[0]["id"] + 4))
            for call in stored_answers()
            if (ids := (call.response or {})["segments"])
        }
        n_before = stub.call_count
        finish("correct", str(lesson_id), "--segments-per-group=4", "--max-concurrency=3")

        asked_again = set(asked(stub, n_before))
        assert answered
        assert answered.isdisjoint(asked_again)
        assert len(answered | asked_again) == 60
        in_flight = n_before - len(answered)
        assert in_flight <= 3
        assert stub.call_count == 60 + in_flight
        lesson = stored_lesson(lesson_id)
        assert [s.text for s in lesson.corrected_transcript or []] == [
            str(segment["text"]).upper() for segment in spoken(240)
        ]
        assert (lesson.correction_metadata or {})["failed_groups"] == []


def test_a_killed_summary_pays_for_no_answered_part_again(
    data_dir: Path,
    write_config: Callable[[str], None],
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
) -> None:
    with provider(write_config, latency_seconds=0.3) as stub:
        stub.text = "A part.\n\nIt says something [3]."
        lesson_id = lesson_of(transcript=spoken(500))

        kill_once(lambda: len(stored_answers()) >= 3, "summarize", str(lesson_id))
        n_answered, n_before = len(stored_answers()), stub.call_count
        finish("summarize", str(lesson_id))

        texts = [received.user_text for received in stub.received]
        n_calls = len(set(texts))
        assert n_answered >= 3
        assert stub.call_count == n_calls + (n_before - n_answered)
        assert stored_lesson(lesson_id).summary == "It says something."


def test_a_command_that_is_interrupted_says_that_it_goes_on(
    data_dir: Path,
    write_config: Callable[[str], None],
    lesson_of: MakeLesson,
) -> None:
    with provider(write_config, latency_seconds=0.1):
        lesson_id = lesson_of(transcript=spoken(400))
        process = start("correct", str(lesson_id), "--segments-per-group=2")
        wait_until(lambda: len(stored_answers()) >= 3, seconds=120)

        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)

        assert process.returncode == 130
        assert "goes on from there" in errors.decode()
        assert "Traceback" not in errors.decode()
