"""What a lesson is called to which nobody gave a title."""

from contextlib import closing
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from backend import database
from backend.config.environment import uploads_dir
from backend.lessons.service import LessonDetails, add_recording
from backend.lessons.titles import FALLBACK_TITLE, title_of
from backend.models import Lesson
from backend.speech.isolated import probe_apart
from backend.uploads.completion import complete
from backend.uploads.receiving import Receiver
from backend.uploads.store import UploadStore
from backend.uploads.watched import FolderWatch
from tests.audio_files import encode, tone
from tests.unit.uploads.test_completion import header
from tests.unit.uploads.test_watched import Clock


@pytest.mark.parametrize(
    ("name", "tag", "title"),
    [
        ("REC_0012.mp3", "How enzymes work", "How enzymes work"),
        ("week_3.mp3", "L\u2019\u00e9t\u00e9 1789", "L\u2019\u00e9t\u00e9 1789"),
        ("lesson.mp3", "\u5149\u5b66", "\u5149\u5b66"),
        ("enzymes.mp3", "Enzymes: an introduction", "Enzymes: an introduction"),
        ("20250305_0915_Enzymes.mp3", "Enzymes", "Enzymes"),
        # The name says the same, and more.
        ("Biology, week 3.mp3", "Biology", "Biology, week 3"),
        ("how_enzymes_work.mp3", "How Enzymes Work", "how enzymes work"),
    ],
)
def test_the_recordings_own_title_goes_before_the_files_name(
    name: str, tag: str, title: str
) -> None:
    assert title_of(PurePosixPath(name), tag) == title


@pytest.mark.parametrize(
    "tag",
    [
        *("", "  ", "\x07", "Track 1", "track01", "Track #3", "AudioTrack 05", "Piste 2"),
        *("Titel 4", "Untitled", "Untitled Project", "New Recording 12", "Recording (3)"),
        *("Voice 001", "Voice Memo", "Enregistrement 7", "Nouvel enregistrement 7", "Unknown"),
        *("12", "003", "2025-03-05 09:15", "Wed Mar 5 09:15:00 2025", "Mar 5, 2025", "IMG_0421"),
        *("Lavf58.29.100", "LAME3.100", "HandBrake 1.6.1 2023", "SoundHandler", "x"),
        *("week 3.wav", r"C:\\Users\\ada\\rec.wav", "GX010042.MP4", "https://example.org/a"),
        *("Zoom Meeting", "Le\ufffdon"),
    ],
)
def test_a_title_that_nobody_wrote_is_none(tag: str) -> None:
    assert title_of(PurePosixPath("cells.mp3"), tag) == "cells"


@given(st.text(max_size=30), st.text(max_size=2000))
def test_there_is_always_a_title_that_can_be_stored(stem: str, tag: str) -> None:
    title = title_of(PurePosixPath(f"{stem}.mp3"), tag)

    assert 0 < len(title) <= 200
    assert title.encode()
    assert title.isprintable() or not title.isascii()


def test_without_a_name_there_is_a_title_all_the_same() -> None:
    assert title_of(PurePosixPath(""), None) == FALLBACK_TITLE


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "opus", "flac", "mkv", "webm"])
def test_the_tag_is_that_of_the_recording_and_not_of_a_track(suffix: str, tmp_path: Path) -> None:
    titled = encode(tmp_path / f"a.{suffix}", tone(0.5), title="How enzymes work")
    plain = encode(tmp_path / f"b.{suffix}", tone(0.5))

    assert probe_apart(titled).title == "How enzymes work"
    assert not probe_apart(plain).title


def test_every_way_in_reads_it_unless_a_title_was_given(tmp_path: Path, data_dir: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    for n, path in enumerate((tmp_path / "a.mp3", tmp_path / "b.mp3", folder / "c.mp3"), 1):
        encode(path, tone(0.5 * n), title=f"Enzymes, part {n}")
    store, clock = UploadStore(uploads_dir(), reserve_bytes=0), Clock()
    content = (tmp_path / "b.mp3").read_bytes()
    with Session(database.engine) as session:
        add_recording(session, tmp_path / "a.mp3", LessonDetails())
        add_recording(session, tmp_path / "a.mp3", LessonDetails(title="By hand"))
        upload_id = store.create(len(content), header(filename="b.mp3"))
        with store.locked(upload_id) as upload, closing(Receiver(upload, 0)) as receiver:
            receiver.write(content)
            receiver.finish()
            complete(upload, session)
        FolderWatch(0, clock).scan_once(session, folder)

        assert list(session.exec(select(Lesson.title).order_by(Lesson.id))) == [  # type: ignore[arg-type]
            *("Enzymes, part 1", "By hand", "Enzymes, part 2", "Enzymes, part 3"),
        ]
