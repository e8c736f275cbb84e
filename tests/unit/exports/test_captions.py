from itertools import pairwise

import pytest
from hypothesis import given, settings

from backend.exports.caption_lines import MAX_LINE_WIDTH, width
from backend.exports.captions import cut_cues
from backend.exports.formats import ExportFormat
from backend.models.transcript import Segment, Word
from tests.unit.exports.documents import (
    HARD_TEXT,
    export_text,
    make_lesson,
    read_captions,
    read_with_pysubs2,
    words_of,
)
from tests.unit.text.transcripts import transcripts


def lines_of(*segments: Segment) -> list[tuple[str, ...]]:
    return [cue.lines for cue in cut_cues(segments)]


@settings(max_examples=300)
@given(segments=transcripts())
@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_every_word_is_kept_once_in_cues_that_follow_each_other(
    kind: str, segments: list[Segment]
) -> None:
    text = export_text(make_lesson(*segments), ExportFormat(kind))

    cues = read_captions(text, kind=kind)
    shown = "".join("".join("".join(lines).split()) for _, _, lines in cues)
    assert shown.replace("\u2060", "") == words_of(segments).replace("\u2060", "")
    for start, end, lines in cues:
        assert 0 <= start < end
        assert 1 <= len(lines) <= 2
        assert all(line.strip() for line in lines)
    assert all(first[1] <= second[0] for first, second in pairwise(cues))


@given(segments=transcripts())
def test_a_line_is_wider_than_the_limit_only_for_a_word_that_cannot_be_parted(
    segments: list[Segment],
) -> None:
    for cue in cut_cues(segments):
        for line in cue.lines:
            # Punctuation that is set apart (« word », word ;) stays with its word.
            words = [part for part in line.split(" ") if any(map(str.isalnum, part))]
            assert width(line) <= MAX_LINE_WIDTH or len(words) <= 1


def test_a_long_sentence_becomes_balanced_lines_and_ends_cues_at_clauses() -> None:
    text = (
        "Chloroplasts contain a green pigment called chlorophyll. It absorbs red and blue light, "
        "and that is why leaves look green to us."
    )

    assert lines_of(Segment(start=0, end=12, text=text)) == [
        ("Chloroplasts contain a green", "pigment called chlorophyll."),
        ("It absorbs red and blue light,", "and that is why leaves look green to us."),
    ]


def test_cues_follow_the_times_of_the_words() -> None:
    said = ["This", "is", "quite", "slow.", "After", "the", "pause"]
    times = [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (9.0, 9.5), (9.5, 10.0), (10.0, 11.0)]
    words = tuple(Word(text=t, start=s, end=e) for t, (s, e) in zip(said, times, strict=True))
    segment = Segment(start=0, end=11, text=" ".join(said), words=words)

    cues = cut_cues([segment])

    assert [(cue.start_ms, cue.end_ms, cue.lines) for cue in cues] == [
        (0, 4000, ("This is quite slow.",)),
        (9000, 11000, ("After the pause",)),
    ]


def test_a_short_cue_stays_long_enough_to_be_read_if_nothing_follows() -> None:
    segments = [
        Segment(start=1, end=1.2, text="Yes."),
        Segment(start=5, end=5.2, text="No."),
        Segment(start=5.5, end=8, text="But perhaps."),
    ]

    times = [(cue.start_ms, cue.end_ms) for cue in cut_cues(segments)]

    assert times == [(1000, 2000), (5000, 5500), (5500, 8000)]


def test_segments_without_length_and_those_that_overlap_are_shown_in_turn() -> None:
    segments = [
        Segment(start=0, end=5, text="First"),
        Segment(start=3, end=3, text="second one"),
        Segment(start=3, end=9, text="third"),
    ]

    times = [(cue.start_ms, cue.end_ms) for cue in cut_cues(segments)]

    assert times == [(0, 3000), (3000, 3100), (3100, 9000)]


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_what_was_said_never_becomes_a_tag_or_a_time_line(kind: str) -> None:
    text = export_text(make_lesson(Segment(start=0, end=40, text=HARD_TEXT)), ExportFormat(kind))

    cues = read_captions(text, kind=kind)
    assert " ".join(" ".join(lines) for _, _, lines in cues) == HARD_TEXT
    assert "<script>" not in text
    assert "{\\an8}" not in text or kind == "vtt"


def test_another_reader_of_subrip_sees_every_word() -> None:
    text = export_text(
        make_lesson(Segment(start=0, end=9, text="The <b> tag, 1 < 2 & 3")), ExportFormat.SRT
    )

    assert [cue.replace("\u2060", "") for cue in read_with_pysubs2(text)] == [
        "The <b> tag, 1 < 2 & 3"
    ]


@pytest.mark.parametrize(("kind", "mark"), [("srt", ","), ("vtt", ".")])
def test_times_past_a_hundred_hours_are_written(kind: str, mark: str) -> None:
    text = export_text(
        make_lesson(Segment(start=360_001.5, end=360_004, text="Still here.")), ExportFormat(kind)
    )

    assert f"100:00:01{mark}500 --> 100:00:04{mark}000" in text


def test_scripts_without_spaces_are_parted_and_no_character_is_lost() -> None:
    text = "今日はいい天気ですから、私たちは公園に行って、お弁当を食べて、それから家に帰ります。"

    cues = lines_of(Segment(start=0, end=9, text=text))

    assert "".join("".join(lines) for lines in cues) == text
    assert all(width(line) <= MAX_LINE_WIDTH for lines in cues for line in lines)
    assert cues[0][0].endswith("、")


@pytest.mark.parametrize(
    "text",
    [
        "« Vraiment ? » dit-il : « Oui ! »",
        "שלום לכולם, היום נלמד",
        "Ja\u00a0!",
        "مرحبا بكم في الدرس",
    ],
)
def test_a_short_text_of_any_language_is_one_line_as_it_was(text: str) -> None:
    assert lines_of(Segment(start=0, end=3, text=text)) == [(text,)]


def test_a_french_mark_never_begins_a_line() -> None:
    text = "Est-ce que vous comprenez la photosynthèse ? Oui ! Alors : continuons maintenant !"

    lines = [line for cue in lines_of(Segment(start=0, end=9, text=text)) for line in cue]

    assert all(line[0] not in "?!:;»" for line in lines)


def test_an_empty_transcript_is_a_valid_empty_file() -> None:
    assert export_text(make_lesson(), ExportFormat.SRT) == ""
    assert export_text(make_lesson(), ExportFormat.VTT) == "WEBVTT\n\n"


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_a_text_of_invisible_marks_makes_no_cue(kind: str) -> None:
    lesson = make_lesson(Segment(start=0, end=1, text="\u2060 \u2060"))

    assert read_captions(export_text(lesson, ExportFormat(kind)), kind=kind) == []
