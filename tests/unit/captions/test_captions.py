"""Captions from elsewhere: what is meant is read, what was mended is told."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from backend import database
from backend.captions.service import import_captions
from backend.cli.captions import import_
from backend.errors import LecternError
from backend.errors.lessons import LessonNotFound
from backend.errors.recordings import UnreadableCaptions
from backend.exports.captions import write_srt, write_vtt
from backend.exports.document import Layer, LessonExport
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.models import Lesson, Segment
from backend.tasks.correction import CORRECTION
from backend.tasks.pipeline import is_stage_due
from backend.tasks.transcribe import TRANSCRIPTION
from backend.text.captions_in import Captions, read_captions

SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\nGood morning.\n\n"
    "2\n00:00:03,000 --> 00:00:04,000\nLet us begin.\n"
)


def read(text: str) -> Captions:
    return read_captions(text.encode())


def spoken(captions: Captions) -> list[tuple[float, float, str]]:
    return [(segment.start, segment.end, segment.text) for segment in captions.segments]


def cue(start: str, end: str, text: str) -> str:
    return f"{start} --> {end}\n{text}\n\n"


# --- as they should be -----------------------------------------------------------------------


def told(captions: Captions) -> tuple[str, ...]:
    return tuple(notice.text for notice in captions.notices)


def test_srt_is_read() -> None:
    captions = read(SRT)

    assert captions.format == "srt"
    assert spoken(captions) == [(1.0, 2.5, "Good morning."), (3.0, 4.0, "Let us begin.")]
    assert captions.notices == ()


def test_webvtt_is_read_with_its_names_notes_styles_and_settings() -> None:
    captions = read(
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnot spoken\n\n"
        "intro\n00:01.000 --> 00:02.500 align:start position:0%\n"
        "<v.loud Ann Lee>Fish &amp; <i>chips</i>, <c.yellow>a &lt; b</c>\n<00:00:02.000>and more\n"
        "\nNOTE after\n\n01:00:03.000 --> 01:00:04.000\nlate\n"
    )

    assert captions.format == "vtt"
    assert spoken(captions) == [
        (1.0, 2.5, "Ann Lee: Fish & chips, a < b and more"),
        (3603.0, 3604.0, "late"),
    ]
    assert captions.notices == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_and_line_ends_of_every_system_are_read(newline: str, encoding: str) -> None:
    content = SRT.replace("Good", "Güd").replace("\n", newline).encode(encoding)

    assert spoken(read_captions(content))[0] == (1.0, 2.5, "Güd morning.")


def test_styling_goes_and_signs_of_less_and_more_stay() -> None:
    text = '{\\an8}<font color="#fff">If <b>a</b> < b</font> and c > d, {x} <script>y</script>'

    [(_, _, found)] = spoken(read(cue("00:00:01,000", "00:00:02,000", text)))

    assert found == "If a < b and c > d, {x} <script>y</script>"


def test_an_empty_line_and_a_number_in_a_text_stay() -> None:
    captions = read(
        "1\n00:00:01,000 --> 00:00:02,000\nThe answer is\n\n42\nindeed\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\n7\n"
    )

    assert spoken(captions) == [(1.0, 2.0, "The answer is 42 indeed"), (3.0, 4.0, "7")]


# --- what is mended --------------------------------------------------------------------------


def test_cues_that_overlap_are_parted_and_those_of_one_moment_joined() -> None:
    captions = read(
        cue("00:00:01,000", "00:00:05,000", "one")
        + cue("00:00:03,000", "00:00:06,000", "two")
        + cue("00:00:03,000", "00:00:04,000", "three")
    )

    assert spoken(captions) == [(1.0, 3.0, "one"), (3.0, 6.0, "two three")]
    assert told(captions) == ("2 cues overlapped with the next and were parted from it.",)


def test_cues_out_of_order_without_words_or_time_are_mended_and_told() -> None:
    captions = read(
        cue("00:00:05,000", "00:00:06,000", "later")
        + cue("00:00:01,000", "00:00:02,000", "<i> </i>")
        + cue("00:00:03,000", "00:00:02,000", "backwards")
        + cue("00:00:xx,000", "00:00:08,000", "when?")
    )

    assert spoken(captions) == [(3.0, 3.0, "backwards"), (5.0, 6.0, "later")]
    assert set(told(captions)) == {
        "Lines 10–11: left out, because the times cannot be read.",
        "1 cue had no words and was left out.",
        "1 cue ended before it began.",
        "1 cue stood before an earlier one and was put in its place.",
    }


def test_another_encoding_is_guessed_and_said_or_named() -> None:
    hebrew = SRT.replace("Good morning.", "שלום").encode("cp1255")

    guessed = read_captions(SRT.replace("Good", "Gärd").encode("cp1252"))
    assert guessed.segments[0].text == "Gärd morning."
    assert "Windows-1252" in told(guessed)[0]
    assert read_captions(hebrew, "cp1255").segments[0].text == "שלום"


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"WEBVTT\n",
        b"Just prose, which has no times.",
        b"\x00\x01\x02" * 100,
        b"\xff\xfe\x00",  # a mark of UTF-16, and half a letter
        b"00:00:01,000 --> 00:00:02,000\n\n",
        b'{"segments": []}',
    ],
)
def test_what_holds_no_captions_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableCaptions):
        read_captions(content)


@pytest.mark.parametrize("encoding", ["no-such", "ascii", "base64", "zlib", "idna", "utf-32"])
def test_an_encoding_that_it_is_not_in_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableCaptions):
        read_captions("00:00:01,000 --> 00:00:02,000\nü\n".encode(), encoding)


# --- whatever comes --------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(
            [
                "",
                "1",
                "WEBVTT",
                "00:00:01,000 --> 00:00:02,000",
                "00:01 --> 00:00",
                "a <b> --> c",
                "00:00:0x --> 1:2:3",
                "{\\an8}",
                "<v Ann>",
                "NOTE",
                "99:99:99,9 --> 0:0",
            ]
        )
        | st.text(max_size=20),
        max_size=30,
    ),
    st.booleans(),
)
def test_whatever_comes_segments_rise_and_none_is_empty(lines: list[str], is_vtt: bool) -> None:
    text = "\n".join(["WEBVTT", ""] * is_vtt + lines)
    try:
        captions = read_captions(text.encode("utf-8", "surrogatepass"))
    except UnreadableCaptions:
        return
    assert all(segment.text and segment.end >= segment.start for segment in captions.segments)
    assert all(one.end <= other.start for one, other in pairwise(captions.segments))


WORDS = st.lists(
    st.sampled_from(
        ["hello", "a<b", "x>y", "&amp;", "{\\i1}", "-->", "42", "<i>", "naïve", "שלום"]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=5), st.sampled_from([write_srt, write_vtt]))
def test_what_we_write_is_read_back_word_for_word(
    texts: list[str], write: Callable[[LessonExport], str]
) -> None:
    segments = tuple(
        Segment(start=10.0 * number, end=10.0 * number + 5, text=text)
        for number, text in enumerate(texts)
    )
    document = LessonExport(
        title="A lesson",
        date=datetime(2026, 1, 1, tzinfo=UTC),
        language=None,
        duration=None,
        segments=segments,
        layer=Layer.TRANSCRIPT,
        brief=None,
        summary=None,
        moments=(),
    )

    captions = read(write(document))

    words = " ".join(segment.text for segment in captions.segments).split()
    assert words == " ".join(texts).split()


# --- into a lesson ---------------------------------------------------------------------------


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def test_captions_become_the_transcript_and_the_former_one_is_kept(
    session: Session,
    lesson_of: Callable[..., int],
    stored_lesson: Callable[[int], Lesson],
) -> None:
    former = [Segment(start=0, end=1, text="heard wrongly")]
    lesson_id = lesson_of(transcript=former, duration=3.5)

    imported = import_captions(session, lesson_id, SRT.encode(), "week 1.srt")

    lesson = stored_lesson(lesson_id)
    assert imported.segments == 2
    assert lesson.transcript is not None
    assert [(s.start, s.end, s.text) for s in lesson.transcript] == [
        (1.0, 2.5, "Good morning."),
        (3.0, 3.5, "Let us begin."),
    ]
    metadata = lesson.transcript_metadata or {}
    assert (metadata["engine"], metadata["file"]) == ("imported", "week 1.srt")
    assert metadata["notices"] == [notice.to_json() for notice in imported.notices]
    assert imported.notices[0].code == "captions-cut"
    restore_layer(session, lesson_id, LessonLayer.TRANSCRIPT)
    assert stored_lesson(lesson_id).transcript == former


def test_an_imported_transcript_is_corrected_and_not_transcribed_over(
    session: Session, lesson_of: Callable[..., int]
) -> None:
    lesson_id = lesson_of()

    import_captions(session, lesson_id, SRT.encode(), "week 1.srt")

    assert not is_stage_due(database.engine, lesson_id, TRANSCRIPTION)
    assert is_stage_due(database.engine, lesson_id, CORRECTION)


def test_captions_of_another_recording_change_nothing(
    session: Session, lesson_of: Callable[..., int], stored_lesson: Callable[[int], Lesson]
) -> None:
    lesson_id = lesson_of(duration=0.5)

    with pytest.raises(UnreadableCaptions, match="of another one"):
        import_captions(session, lesson_id, SRT.encode(), "week 1.srt")
    with pytest.raises(LessonNotFound):
        import_captions(session, lesson_id + 1, SRT.encode(), "week 1.srt")

    assert stored_lesson(lesson_id).transcript is None


def test_the_command_says_what_it_read_and_what_it_mended(
    lesson_of: Callable[..., int], stored_lesson: Callable[[int], Lesson], tmp_path: Path
) -> None:
    lesson_id = lesson_of(duration=3.5)
    file = tmp_path / "week 1.srt"
    file.write_text(SRT)

    ended = CliRunner().invoke(import_, [str(lesson_id), str(file)])
    as_json = CliRunner().invoke(import_, [str(lesson_id), str(file), "--json"])

    assert ended.exit_code == 0
    assert f"Lesson {lesson_id} has a transcript of 2 segments." in ended.output
    assert "! 1 cue went on after the end of the recording and was cut there." in ended.output
    assert json.loads(as_json.stdout)["segments"] == 2
    assert stored_lesson(lesson_id).transcript is not None


@pytest.mark.parametrize("name", ["missing.srt", "", "folder"])
def test_the_command_says_what_it_cannot_read(
    lesson_of: Callable[..., int], tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()

    ended = CliRunner().invoke(import_, [str(lesson_of()), str(tmp_path / name)])

    assert isinstance(ended.exception, LecternError)
