"""Summaries: nothing is dropped in silence, the length is kept to, statements have moments."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from backend import database
from backend.config.file import load_config
from backend.errors import OwnershipLost, WorkStopped
from backend.errors.lessons import InputChanged, NoTranscript
from backend.errors.providers import BadKey, ReplyRefused
from backend.models import Lesson, Segment
from backend.tasks import generate_summary, generate_summary_async
from backend.tasks.ownership import Owner
from backend.tasks.progress import OnProgress, Progress, ignore_progress
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY, SummaryOptions
from backend.text.citations import cut_to_words, read_summary
from backend.text.parts import estimate_tokens, split_evenly
from tests.stubs.llm_server import ProviderStub, Received, Response
from tests.unit.tasks.owners import LosesAnswerOfCommit, LosesTaskAtResult, TaskOwner

MakeSpoken = Callable[[int], int]
MakeLesson = Callable[..., int]
ReadLesson = Callable[[int], Lesson]
WriteConfig = Callable[[str], None]


def run(
    lesson_id: int,
    tell: OnProgress = ignore_progress,
    *,
    use_corrected: bool = True,
    owner: Owner | None = None,
) -> None:
    with Session(database.engine) as session:
        context = StageContext(lesson_id, session, tell, owner=owner or Owner())
        run_stage(SUMMARY, context, SummaryOptions(use_corrected=use_corrected))


def numbers_sent(stub: ProviderStub) -> list[list[int]]:
    """The segment numbers that begin the lines of each request."""
    return [
        [int(number) for number in re.findall(r"^\[(\d+)\]", received.user_text, re.MULTILINE)]
        for received in stub.received
    ]


# --- the whole way ---------------------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_a_summary_has_a_brief_and_each_statement_its_moment(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.text = "All about cells.\n\nCells divide [1]. They grow, too [2, 4]. The end."
    lesson_id = spoken_lesson(6)

    assert generate_summary(lesson_id) is True

    lesson = stored_lesson(lesson_id)
    assert lesson.brief == "All about cells."
    assert lesson.summary == "Cells divide. They grow, too. The end."
    metadata = lesson.summary_metadata or {}
    assert [
        (moment["text"], moment["segments"], moment["start"], moment["end"])
        for moment in metadata["moments"]
    ] == [
        ("Cells divide.", [1], 3.0, 5.5),
        ("They grow, too.", [2, 4], 6.0, 14.5),
        ("The end.", [], None, None),
    ]
    assert metadata["prompt"] == "Summarise it."
    assert metadata["temperature"] == 0.7
    assert metadata["coverage"] == {"segments": 6, "start": 0.0, "end": 17.5, "parts": 1}
    assert metadata["layer"] == "transcript"
    assert numbers_sent(provider) == [[0, 1, 2, 3, 4, 5]]


def test_a_reply_without_any_form_is_a_summary_too(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.text = "Cells divide and grow."
    lesson_id = spoken_lesson(2)

    run(lesson_id)

    lesson = stored_lesson(lesson_id)
    assert lesson.summary == lesson.brief == "Cells divide and grow."


def test_the_corrected_transcript_is_taken_where_there_is_one(
    provider: ProviderStub, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    raw = [{"start": 0, "end": 1, "text": "raw"}]
    both = lesson_of(
        transcript=raw, corrected_transcript=[{"start": 0, "end": 1, "text": "corrected"}]
    )
    only_raw = lesson_of(transcript=raw)

    run(both)
    run(both, use_corrected=False)
    run(only_raw)

    assert [received.user_text for received in provider.received] == [
        "[0] corrected",
        "[0] raw",
        "[0] raw",
    ]
    assert (stored_lesson(only_raw).summary_metadata or {})["layer"] == "transcript"


@pytest.mark.parametrize("transcript", [[], [{"start": 0, "end": 1, "text": "  "}]])
def test_no_summary_is_made_of_nothing(
    transcript: list[dict[str, object]],
    provider: ProviderStub,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
) -> None:
    lesson_id = lesson_of(transcript=transcript, summary="an old one", brief="old")

    assert generate_summary(lesson_id) is True

    lesson = stored_lesson(lesson_id)
    assert (lesson.summary, lesson.brief) == (None, None)
    metadata = lesson.summary_metadata or {}
    assert "Nothing was said" in metadata["notices"][0]["text"]
    assert metadata["moments"] == []
    assert provider.call_count == 0


# --- long transcripts ------------------------------------------------------------------------


def small_context(provider: ProviderStub, write_config: WriteConfig, tokens: int) -> None:
    kind = type(provider).__name__.removesuffix("Stub")
    write_config(
        f"provider: {kind}\napi_key: k\nbase_url: {provider.base_url}\n"
        f"summary: {{max_length: 40, model: m, context_tokens: {tokens}}}\n"
    )


def test_what_does_not_fit_is_summarised_in_parts_that_cover_all_of_it(
    provider: ProviderStub,
    spoken_lesson: MakeSpoken,
    stored_lesson: ReadLesson,
    write_config: WriteConfig,
) -> None:
    small_context(provider, write_config, 2500)
    provider.text = "A part.\n\nIt says this [3]."
    lesson_id = spoken_lesson(600)

    run(lesson_id)

    *parts, _whole = numbers_sent(provider)
    assert len(parts) > 2
    assert sorted(number for part in parts for number in part) == list(range(600))
    assert "It says this [3]." in provider.received[-1].user_text
    coverage = (stored_lesson(lesson_id).summary_metadata or {})["coverage"]
    assert coverage["parts"] == len(parts)
    assert coverage["segments"] == 600


def test_notes_that_are_too_long_for_one_call_are_condensed_again(
    provider: ProviderStub, spoken_lesson: MakeSpoken, write_config: WriteConfig
) -> None:
    small_context(provider, write_config, 2500)
    provider.text = "It says this. " * 100
    lesson_id = spoken_lesson(600)

    run(lesson_id)

    from_notes = [r.user_text for r in provider.received if "It says this." in r.user_text]
    assert len(from_notes) > 2
    assert all(estimate_tokens(text) <= 2500 for text in from_notes)


def test_a_model_that_reads_less_than_thought_gets_smaller_parts(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    def too_long(received: Received) -> Response:
        behave = (
            provider.context_too_long() if len(received.user_text) > 3000 else provider.answered
        )
        return behave(received)

    provider.always(too_long)
    lesson_id = spoken_lesson(300)

    run(lesson_id)

    small = [n for n in numbers_sent(provider) if 0 < len(n) < 300]
    covered = {number for part in small for number in part}
    assert covered == set(range(300))
    assert stored_lesson(lesson_id).summary


def test_parts_are_paid_once_across_attempts(
    provider: ProviderStub, spoken_lesson: MakeSpoken, write_config: WriteConfig
) -> None:
    small_context(provider, write_config, 2500)
    lesson_id = spoken_lesson(600)

    def fail_at_the_whole(received: Received) -> Response:
        is_part = re.search(r"^\[\d+\]", received.user_text)
        return (provider.answered if is_part else provider.bad_key())(received)

    provider.always(fail_at_the_whole)
    with pytest.raises(BadKey):
        run(lesson_id)
    n_parts = provider.call_count - 1
    provider.always(provider.answered)

    run(lesson_id)

    assert provider.call_count == n_parts + 2


# --- owners and frozen settings --------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_the_result_is_stored_together_with_the_owners_own_word(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    provider.text = "Cells.\n\nCells divide [1]."
    owner = TaskOwner()

    run(spoken_lesson(3), owner=owner)

    assert owner.task.result == {"words": 2, "notices": []}


def test_the_result_says_why_there_is_no_summary(data_dir: Path, lesson_of: MakeLesson) -> None:
    owner = TaskOwner()

    run(lesson_of(transcript=[]), owner=owner)

    assert owner.task.result == {
        "words": 0,
        "notices": [{"code": "nothing-said", "text": "Nothing was said, so there is no summary."}],
    }


@pytest.mark.usefixtures("each_database")
def test_the_summary_of_a_task_that_was_lost_is_not_saved_and_not_paid_again(
    provider: ProviderStub, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    provider.text = "Cells.\n\nCells divide [0]."
    lesson_id = lesson_of(
        transcript=[{"start": 0, "end": 1, "text": "a"}], summary="As before", brief="Before"
    )
    owner = LosesTaskAtResult()

    with pytest.raises(OwnershipLost):
        run(lesson_id, owner=owner)

    lesson = stored_lesson(lesson_id)
    assert (lesson.brief, lesson.summary, lesson.summary_metadata) == ("Before", "As before", None)
    assert owner.task.result is None
    run(lesson_id)
    assert provider.call_count == 1
    assert stored_lesson(lesson_id).summary == "Cells divide."


@pytest.mark.usefixtures("each_database")
def test_commits_whose_word_is_lost_are_repeated_without_harm(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    lesson_id = spoken_lesson(3)

    run(lesson_id, owner=LosesAnswerOfCommit())

    assert stored_lesson(lesson_id).summary == "A short summary."
    assert provider.call_count == 1


def test_an_owner_that_stops_has_no_further_part_asked_for(
    provider: ProviderStub,
    spoken_lesson: MakeSpoken,
    stored_lesson: ReadLesson,
    write_config: WriteConfig,
) -> None:
    small_context(provider, write_config, 2500)
    lesson_id, owner = spoken_lesson(600), Owner()

    def stop(progress: Progress) -> None:
        if progress.done >= 1:
            owner.stopped.set()

    with pytest.raises(WorkStopped):
        run(lesson_id, stop, owner=owner)

    n_before = provider.call_count
    assert stored_lesson(lesson_id).summary is None
    run(lesson_id)
    texts = [received.user_text for received in provider.received]
    assert len(set(texts)) == len(texts) > n_before


def test_settings_that_are_given_hold_whatever_the_file_says_meanwhile(
    provider: ProviderStub,
    spoken_lesson: MakeSpoken,
    stored_lesson: ReadLesson,
    write_config: WriteConfig,
) -> None:
    lesson_id, settings = spoken_lesson(3), load_config()
    write_config("provider: Offline\nsummary: {max_length: 7}")

    with Session(database.engine) as session:
        run_stage(SUMMARY, StageContext(lesson_id, session, settings=settings))

    metadata = stored_lesson(lesson_id).summary_metadata or {}
    assert (metadata["provider"], metadata["max_length"]) == (settings.provider, 40)


# --- the length ------------------------------------------------------------------------------


def test_a_summary_that_is_too_long_is_shortened_by_the_model(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.next(provider.plain("word " * 70 + "[1]."), provider.plain("Brief.\n\nShort [1]."))
    lesson_id = spoken_lesson(3)

    run(lesson_id)

    assert stored_lesson(lesson_id).summary == "Short."
    assert provider.call_count == 2


def test_a_model_that_will_not_keep_to_the_length_is_cut_at_a_sentence(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.text = "Brief.\n\n" + " ".join(
        f"Sentence number {n} has exactly nine words in it [{n % 3}]." for n in range(20)
    )
    lesson_id = spoken_lesson(3)

    run(lesson_id)

    summary = stored_lesson(lesson_id).summary or ""
    assert len(summary.split()) == 36
    assert summary.endswith("in it.")
    assert len((stored_lesson(lesson_id).summary_metadata or {})["moments"]) == 4


# --- failures --------------------------------------------------------------------------------


def test_a_failure_saves_nothing(
    provider: ProviderStub, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    provider.always(provider.refused())
    lesson_id = lesson_of(transcript=[{"start": 0, "end": 1, "text": "a"}], summary="As before")

    assert generate_summary(lesson_id) is False
    with pytest.raises(ReplyRefused):
        run(lesson_id)

    assert stored_lesson(lesson_id).summary == "As before"


def test_a_lesson_without_a_transcript_is_said(
    provider: ProviderStub, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()

    assert generate_summary(lesson_id) is False
    with pytest.raises(NoTranscript):
        run(lesson_id)


def test_a_text_that_is_replaced_meanwhile_keeps_its_lesson_without_a_stale_summary(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    lesson_id = spoken_lesson(3)

    def replace(progress: Progress) -> None:
        with Session(database.engine) as session:
            lesson = session.get(Lesson, lesson_id)
            assert lesson is not None
            lesson.transcript = [Segment(start=0, end=1, text="Something else")]
            session.commit()

    with pytest.raises(InputChanged):
        run(lesson_id, replace)

    assert stored_lesson(lesson_id).summary is None


def test_a_deliberate_rerun_asks_anew(provider: ProviderStub, spoken_lesson: MakeSpoken) -> None:
    lesson_id = spoken_lesson(3)

    assert asyncio.run(generate_summary_async(lesson_id)) is True
    assert asyncio.run(generate_summary_async(lesson_id)) is True

    assert provider.call_count == 2


def test_offline_summaries_have_moments_and_keep_to_the_length(
    data_dir: Path, lesson_of: MakeLesson, stored_lesson: ReadLesson, write_config: WriteConfig
) -> None:
    write_config("summary: {max_length: 20}")
    texts = [
        "Cells are the smallest units of life.",
        "Every cell divides into two cells.",
        "The weather was fine on that day.",
        "A cell that divides copies its genes for both new cells.",
        "Plants and animals are built of cells.",
        "Please bring your books tomorrow.",
    ]
    lesson_id = lesson_of(
        language="en",
        transcript=[{"start": n * 4, "end": n * 4 + 3, "text": t} for n, t in enumerate(texts)],
    )

    assert generate_summary(lesson_id) is True

    lesson = stored_lesson(lesson_id)
    assert 0 < len((lesson.summary or "").split()) <= 20
    assert lesson.brief
    for moment in (lesson.summary_metadata or {})["moments"]:
        assert any(moment["text"] in texts[n] for n in moment["segments"])
        assert moment["start"] == moment["segments"][0] * 4


# --- reading what a model wrote --------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "brief", "statements"),
    [
        (
            "Short.\n\nOne [1]. Two [2][3]. Three.[4]",
            "Short.",
            [("One.", (1,)), ("Two.", (2, 3)), ("Three.", (4,))],
        ),
        ("Short.\n\nA range [2-4]; ends [5–6].", "Short.", [("A range; ends.", (2, 3, 4, 5, 6))]),
        ("Short.\n\nInvented [99], kept [1].", "Short.", [("Invented, kept.", (1,))]),
        (
            "Short.\n\nFirst [1].\n\nSecond paragraph [2].",
            "Short.",
            [("First.", (1,)), ("Second paragraph.", (2,))],
        ),
        ("Only one paragraph [1].", "Only one paragraph.", [("Only one paragraph.", (1,))]),
        ("Brief.\n\n[1]", "Brief.", [("Brief.", ())]),
        ("", "", []),
        (
            "Kurz.\n\nIm Jahr 1648 [1] endete der Krieg. [2]",
            "Kurz.",
            [("Im Jahr 1648 endete der Krieg.", (1, 2))],
        ),
    ],
)
def test_numbers_in_brackets_become_moments(
    reply: str, brief: str, statements: list[tuple[str, tuple[int, ...]]]
) -> None:
    summary = read_summary(reply, range(10), "en")

    assert summary.brief == brief
    assert [(s.text, s.segment_ids) for s in summary.sentences] == statements
    assert "[" not in summary.text


@pytest.mark.parametrize(
    ("cited", "segment_ids"),
    [
        ("[3-203]", tuple(range(3, 204))),
        ("[3-204]", ()),
        ("[0-999, 7]", (7,)),
        ("[9-3]", ()),
        ("[0-99999999999999999999]", ()),
    ],
)
def test_a_range_that_is_too_long_names_no_moment(cited: str, segment_ids: tuple[int, ...]) -> None:
    summary = read_summary(f"Brief.\n\nAll of it was said {cited}.", range(1000), "en")

    assert [sentence.segment_ids for sentence in summary.sentences] == [segment_ids]


@given(reply=st.text(alphabet=st.sampled_from("ab .\n[]1239,-!?…é"), max_size=200))
def test_any_reply_can_be_read(reply: str) -> None:
    summary = read_summary(reply, range(5), None)

    assert all(0 <= n < 5 for s in summary.sentences for n in s.segment_ids)
    assert len(summary.brief) <= 301


@given(words=st.lists(st.integers(1, 12), min_size=1, max_size=12), limit=st.integers(1, 60))
def test_a_cut_summary_keeps_to_its_limit_and_loses_only_its_end(
    words: list[int], limit: int
) -> None:
    text = " ".join(" ".join(["Word", *["w"] * (n - 1)]) + "." for n in words)
    summary = read_summary(f"B.\n\n{text}", range(1), "en")

    cut = cut_to_words(summary, limit)

    assert 0 < cut.n_words <= limit
    assert summary.text.startswith(cut.text.removesuffix("…"))


@given(
    lines=st.lists(st.text(max_size=400), min_size=1, max_size=60),
    max_tokens=st.integers(10, 500),
)
def test_parts_cover_every_line_once_and_fit(lines: list[str], max_tokens: int) -> None:
    parts = split_evenly(lines, max_tokens)

    assert [index for part in parts for index in part] == list(range(len(lines)))
    for part in parts:
        size = sum(estimate_tokens(lines[index]) for index in part)
        assert len(part) == 1 or size <= max_tokens


def test_parts_are_of_about_the_same_size() -> None:
    parts = split_evenly(["x" * 30] * 100, max_tokens=900)

    assert [len(part) for part in parts] == [50, 50]
