"""Correction: nothing is lost, nothing is shifted, nothing is paid twice."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from backend import database
from backend.config.environment import config_path
from backend.config.file import load_config
from backend.errors import InvalidValue, OwnershipLost, WorkStopped
from backend.errors.lessons import InputChanged, NoTranscript
from backend.errors.providers import (
    AllGroupsFailed,
    BadKey,
    BadRequest,
    ProviderNotConfigured,
    QuotaExhausted,
)
from backend.errors.storage import DatabaseAway, UncommittedWrites
from backend.models import CallOutcome, FormerLayer, Lesson, LlmCall, LlmRun, Segment
from backend.tasks import correct_transcript, correct_transcript_async, get_llm_model
from backend.tasks.correction import CORRECTION, CorrectionOptions
from backend.tasks.ownership import Owner
from backend.tasks.progress import OnProgress, Progress, ignore_progress
from backend.tasks.stage import StageContext, run_stage
from backend.text.groups import (
    CorrectedGroup,
    Group,
    group_segments,
    match_reply,
    merge_corrections,
)
from tests.stubs.llm_server import Item, ProviderStub, Received, Response
from tests.unit.tasks.owners import (
    LosesAnswerOfCommit,
    LosesDatabase,
    LosesTaskAtResult,
    TaskOwner,
)

MakeSpoken = Callable[[int], int]
ReadLesson = Callable[[int], Lesson]


def run(
    lesson_id: int,
    tell: OnProgress = ignore_progress,
    *,
    per_group: int = 2,
    at_once: int = 3,
    owner: Owner | None = None,
) -> None:
    options = CorrectionOptions(segments_per_group=per_group, max_concurrency=at_once)
    with Session(database.engine) as session:
        context = StageContext(lesson_id, session, tell, owner=owner or Owner())
        run_stage(CORRECTION, context, options)


def texts_of(lesson: Lesson) -> list[str]:
    return [segment.text for segment in lesson.corrected_transcript or []]


def asked_ids(stub: ProviderStub) -> list[tuple[int, ...]]:
    return [tuple(item["id"] for item in received.items) for received in stub.received]


# --- the whole way ---------------------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_every_segment_is_corrected_in_its_place_with_its_times(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(lambda text: text.upper() + "!")
    lesson_id = spoken_lesson(23)

    assert correct_transcript(lesson_id, segments_per_group=5, max_concurrency=4) is True

    lesson = stored_lesson(lesson_id)
    original = lesson.transcript or []
    assert texts_of(lesson) == [segment.text.upper() + "!" for segment in original]
    corrected = lesson.corrected_transcript or []
    assert [(s.start, s.end) for s in corrected] == [(s.start, s.end) for s in original]
    assert all(segment.words and segment.words[0].text == "THE" for segment in corrected)
    assert sorted(asked_ids(provider)) == [
        (0, 1, 2, 3, 4),
        (5, 6, 7, 8, 9),
        (10, 11, 12, 13, 14),
        (15, 16, 17, 18, 19),
        (20, 21, 22),
    ]
    assert provider.most_at_once <= 4
    metadata = lesson.correction_metadata or {}
    assert metadata["prompt"] == "Correct it."
    assert metadata["temperature"] == 0.3
    assert metadata["provider"] in ("OpenAI", "Anthropic")
    assert metadata["model"]
    assert metadata["failed_groups"] == []
    assert metadata["changed_segments"] == 23
    assert (metadata["input_tokens"], metadata["output_tokens"]) == (500, 250)


def test_as_many_calls_go_out_at_once_as_were_asked_for(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    all_there = threading.Barrier(15, timeout=60)

    def answer_when_all_are_there(received: Received) -> Response:
        all_there.wait()
        return provider.answered(received)

    provider.always(answer_when_all_are_there)
    lesson_id = spoken_lesson(15)

    assert correct_transcript(lesson_id, segments_per_group=1, max_concurrency=15) is True

    metadata = stored_lesson(lesson_id).correction_metadata or {}
    assert (metadata["max_concurrency"], metadata["max_concurrency_limit"]) == (15, None)
    assert metadata["notices"] == []


@pytest.mark.parametrize(("asked", "notices"), [(15, 1), (10, 0), (2, 0)])
def test_a_limit_that_held_calls_back_is_said_and_stored(
    provider: ProviderStub,
    spoken_lesson: MakeSpoken,
    stored_lesson: ReadLesson,
    asked: int,
    notices: int,
) -> None:
    with config_path().open("a") as config:
        config.write("llm: {max_concurrency: 2}\n")
    lesson_id = spoken_lesson(6)

    assert correct_transcript(lesson_id, segments_per_group=1, max_concurrency=asked) is True

    assert provider.most_at_once <= 2
    metadata = stored_lesson(lesson_id).correction_metadata or {}
    assert (metadata["max_concurrency"], metadata["max_concurrency_limit"]) == (asked, 2)
    assert len(metadata["notices"]) == notices
    assert all("`llm.max_concurrency` allows 2" in notice["text"] for notice in metadata["notices"])


def test_the_last_user_message_is_the_json_list_of_ids_and_texts(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    run(spoken_lesson(2))

    assert json.loads(provider.received[0].user_text) == [
        {"id": 0, "text": "the 0 word of segment 0"},
        {"id": 1, "text": "the 1 word of segment 1"},
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda items: items[:1] + items[2:], ["A", "b", "C", "D"], id="an id is left out"
        ),
        pytest.param(lambda items: [], ["a", "b", "c", "d"], id="all ids are left out"),
        pytest.param(
            lambda items: [*items, {"id": 99, "text": "X"}, {"id": -1, "text": "Y"}],
            ["A", "B", "C", "D"],
            id="unknown ids",
        ),
        pytest.param(
            lambda items: [*items, {"id": 1, "text": "again"}],
            ["A", "b", "C", "D"],
            id="an id is repeated",
        ),
        pytest.param(
            lambda items: [
                {**item, "text": " \n " if item["id"] == 2 else item["text"]} for item in items
            ],
            ["A", "B", "c", "D"],
            id="an empty text",
        ),
        pytest.param(lambda items: list(reversed(items)), ["A", "B", "C", "D"], id="another order"),
        pytest.param(
            lambda items: [{**item, "id": item["id"] + 1} for item in items],
            ["a", "b", "c", "d"],
            id="ids that are shifted bring other segments' words, which the guard keeps out",
        ),
    ],
)
def test_replies_are_matched_by_id_and_by_nothing_else(
    change: Callable[[list[Item]], list[Item]],
    expected: list[str],
    provider: ProviderStub,
    lesson_of: Callable[..., int],
    stored_lesson: ReadLesson,
) -> None:
    lesson_id = lesson_of(
        transcript=[{"start": n, "end": n + 1, "text": letter} for n, letter in enumerate("abcd")]
    )
    provider.correct_items(
        lambda items: change([{**item, "text": "ABCD"[item["id"]]} for item in items])
    )

    run(lesson_id, per_group=4)

    assert texts_of(stored_lesson(lesson_id)) == expected


def test_segments_without_text_are_not_sent_and_not_lost(
    provider: ProviderStub, lesson_of: Callable[..., int], stored_lesson: ReadLesson
) -> None:
    texts = ["one", "", "  ", "four"]
    lesson_id = lesson_of(
        transcript=[{"start": n, "end": n + 1, "text": text} for n, text in enumerate(texts)]
    )
    provider.correct(str.upper)

    run(lesson_id, per_group=10)

    assert asked_ids(provider) == [(0, 3)]
    assert texts_of(stored_lesson(lesson_id)) == ["ONE", "", "  ", "FOUR"]


def test_an_empty_transcript_is_done_without_a_call(
    provider: ProviderStub, lesson_of: Callable[..., int], stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(transcript=[])

    assert correct_transcript(lesson_id) is True

    assert provider.call_count == 0
    assert stored_lesson(lesson_id).corrected_transcript == []


# --- failures --------------------------------------------------------------------------------


def refuse_group_with(stub: ProviderStub, segment_id: int) -> Callable[[Received], Response]:
    def behave(received: Received) -> Response:
        if any(item["id"] == segment_id for item in received.items):
            return stub.refused()(received)
        return stub.answered(received)

    return behave


def test_a_group_that_fails_keeps_its_text_and_is_named(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    provider.always(refuse_group_with(provider, 3))
    lesson_id = spoken_lesson(6)

    assert correct_transcript(lesson_id, segments_per_group=2) is True

    lesson = stored_lesson(lesson_id)
    assert texts_of(lesson)[2:4] == ["the 2 word of segment 2", "the 3 word of segment 3"]
    assert all(text.isupper() for text in texts_of(lesson)[:2] + texts_of(lesson)[4:])
    (failed,) = (lesson.correction_metadata or {})["failed_groups"]
    assert failed["group"] == 1
    assert failed["segments"] == [2, 3]
    assert "refused" in failed["reason"]


def test_the_next_attempt_asks_for_failed_groups_alone(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    provider.always(refuse_group_with(provider, 3))
    lesson_id = spoken_lesson(6)
    run(lesson_id)
    provider.always(provider.answered)
    before = provider.call_count

    run(lesson_id)

    assert asked_ids(provider)[before:] == [(2, 3)]
    lesson = stored_lesson(lesson_id)
    assert all(text.isupper() for text in texts_of(lesson))
    assert (lesson.correction_metadata or {})["failed_groups"] == []


def test_if_every_group_fails_nothing_is_saved(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.always(provider.refused())
    lesson_id = spoken_lesson(4)

    assert correct_transcript(lesson_id) is False
    with pytest.raises(AllGroupsFailed, match="nothing was saved"):
        run(lesson_id)

    lesson = stored_lesson(lesson_id)
    assert lesson.corrected_transcript is None
    assert lesson.correction_metadata is None


@pytest.mark.parametrize(
    ("trap", "error"),
    [("bad_key", BadKey), ("exhausted", QuotaExhausted), ("unknown_model", BadRequest)],
)
def test_a_fatal_error_stops_at_once_saves_nothing_and_keeps_what_was_paid(
    trap: str,
    error: type[Exception],
    provider: ProviderStub,
    spoken_lesson: MakeSpoken,
    stored_lesson: ReadLesson,
) -> None:
    provider.correct(str.upper)
    provider.next(provider.answered, provider.answered, getattr(provider, trap)())
    lesson_id = spoken_lesson(40)

    with pytest.raises(error):
        run(lesson_id, at_once=1)

    assert provider.call_count == 3
    assert stored_lesson(lesson_id).corrected_transcript is None
    run(lesson_id, at_once=1)
    assert provider.call_count == 3 + 18
    assert all(text.isupper() for text in texts_of(stored_lesson(lesson_id)))


def test_a_provider_that_is_away_is_not_asked_for_hours(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    provider.always(provider.server_error(503))
    lesson_id = spoken_lesson(300)

    assert correct_transcript(lesson_id, segments_per_group=1, max_concurrency=10) is False

    assert 10 * 5 <= provider.call_count < 20 * 5


@pytest.mark.parametrize("provider", ["OpenAI"], indirect=True)
def test_a_provider_that_has_answered_is_not_given_up_for_those_that_fail(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    all_there, provider_is_away = threading.Barrier(13, timeout=60), threading.Event()

    def answer_one(received: Received) -> Response:
        is_one = not provider_is_away.is_set() and all_there.wait() == 0
        provider_is_away.set()
        return (provider.answered if is_one else provider.server_error(503))(received)

    provider.always(answer_one)
    lesson_id = spoken_lesson(13)

    assert correct_transcript(lesson_id, segments_per_group=1, max_concurrency=13) is True

    failed = (stored_lesson(lesson_id).correction_metadata or {})["failed_groups"]
    assert len(failed) == 12


def test_rate_limits_and_server_errors_are_waited_out(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    now = {"retry-after": "0"}
    provider.next(provider.rate_limited(now), provider.server_error(500, headers=now))
    lesson_id = spoken_lesson(6)

    run(lesson_id)

    assert provider.call_count == 3 + 2
    assert all(text.isupper() for text in texts_of(stored_lesson(lesson_id)))


def test_a_cut_reply_is_answered_by_halves_and_never_by_the_same_call(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)

    def too_long_for_more_than_two(received: Received) -> Response:
        behave = provider.cut() if len(received.items) > 2 else provider.answered
        return behave(received)

    provider.always(too_long_for_more_than_two)
    lesson_id = spoken_lesson(8)

    run(lesson_id, per_group=8)

    assert sorted(asked_ids(provider), key=len, reverse=True)[0] == tuple(range(8))
    assert len(asked_ids(provider)) == len(set(asked_ids(provider))) == 1 + 2 + 4
    assert all(text.isupper() for text in texts_of(stored_lesson(lesson_id)))


def test_a_cut_reply_is_not_paid_again_by_the_next_attempt(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    provider.next(provider.cut(), provider.bad_key())
    lesson_id = spoken_lesson(4)
    with pytest.raises(BadKey):
        run(lesson_id, per_group=4, at_once=1)

    run(lesson_id, per_group=4, at_once=1)

    assert asked_ids(provider)[0] == (0, 1, 2, 3)
    assert (0, 1, 2, 3) not in asked_ids(provider)[1:]


def test_a_single_segment_whose_reply_is_cut_keeps_its_text(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)

    def never_for_two(received: Received) -> Response:
        is_two = any(item["id"] == 2 for item in received.items)
        return (provider.cut() if is_two else provider.answered)(received)

    provider.always(never_for_two)
    lesson_id = spoken_lesson(4)

    run(lesson_id, per_group=4)

    assert [text.isupper() for text in texts_of(stored_lesson(lesson_id))] == [
        True,
        True,
        False,
        True,
    ]


# --- paying once -----------------------------------------------------------------------------


def test_a_deliberate_rerun_asks_anew(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    lesson_id = spoken_lesson(4)
    provider.correct(str.upper)
    run(lesson_id)
    provider.correct(str.title)

    run(lesson_id)

    assert provider.call_count == 4
    assert texts_of(stored_lesson(lesson_id))[0] == "The 0 Word Of Segment 0"


@pytest.mark.usefixtures("each_database")
def test_a_stopped_correction_keeps_every_answer_and_asks_for_the_rest(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    lesson_id = spoken_lesson(20)

    def stop_half_way(progress: Progress) -> None:
        if progress.done >= 10:
            raise WorkStopped

    with pytest.raises(WorkStopped):
        run(lesson_id, stop_half_way)
    n_before = provider.call_count
    assert n_before < 10

    run(lesson_id)

    assert provider.call_count == 10
    assert len(set(asked_ids(provider))) == 10
    assert all(text.isupper() for text in texts_of(stored_lesson(lesson_id)))


def test_each_answer_is_in_the_ledger_before_it_is_used(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    lesson_id = spoken_lesson(10)
    recorded: list[tuple[float, int]] = []

    def look(progress: Progress) -> None:
        with Session(database.engine) as session:
            statement = select(LlmCall).where(LlmCall.outcome == CallOutcome.ANSWERED)
            recorded.append((progress.done, len(session.exec(statement).all())))

    run(lesson_id, look)

    assert all(calls * 2 >= done for done, calls in recorded)
    assert recorded[-1] == (10, 5)


def test_the_run_is_closed_when_its_result_is_saved(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    run(spoken_lesson(2))

    with Session(database.engine) as session:
        (only,) = session.exec(select(LlmRun)).all()
        assert only.finished_at is not None


# --- owners and frozen settings --------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_the_result_is_stored_together_with_the_owners_own_word(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    provider.correct(str.upper)
    owner = TaskOwner()

    run(spoken_lesson(6), owner=owner)

    assert owner.task.result == {
        "segments": 6,
        "changed_segments": 6,
        "failed_groups": 0,
        "notices": [],
    }


def test_the_result_names_what_was_left_as_it_was(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    provider.always(refuse_group_with(provider, 3))
    owner = TaskOwner()

    run(spoken_lesson(6), owner=owner)

    result = owner.task.result or {}
    assert result["failed_groups"] == 1
    [notice] = result["notices"]
    assert (notice["code"], notice["cause"]) == ("text-left", "reply-refused")
    assert "refused" in notice["text"]


@pytest.mark.usefixtures("each_database")
def test_the_result_of_a_task_that_was_lost_is_not_saved_and_its_run_stays_open(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    lesson_id, owner = spoken_lesson(6), LosesTaskAtResult()

    with pytest.raises(OwnershipLost):
        run(lesson_id, owner=owner)

    assert stored_lesson(lesson_id).corrected_transcript is None
    assert owner.task.result is None
    run(lesson_id)  # whoever has the task now
    assert provider.call_count == 3
    assert texts_of(stored_lesson(lesson_id))[0].isupper()


@pytest.mark.usefixtures("each_database")
def test_commits_whose_word_is_lost_are_repeated_without_harm(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    lesson_id = spoken_lesson(6)

    run(lesson_id, owner=LosesAnswerOfCommit())

    assert all(text.isupper() for text in texts_of(stored_lesson(lesson_id)))
    with Session(database.engine) as session:
        assert len(session.exec(select(LlmCall)).all()) == provider.call_count == 3
        assert session.exec(select(FormerLayer)).all() == []


def go_away(session: Session) -> None:
    raise DatabaseAway


@pytest.mark.usefixtures("each_database")
def test_a_database_that_comes_back_gets_the_result_that_it_missed(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    lesson_id, owner = spoken_lesson(4), LosesDatabase(go_away)

    run(lesson_id, owner=owner)

    assert owner.n_failures == 1
    assert owner.task.result is not None
    assert texts_of(stored_lesson(lesson_id))[0].isupper()


@pytest.mark.usefixtures("each_database")
def test_an_owner_that_stops_has_no_further_call_sent(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    provider.correct(str.upper)
    lesson_id, owner = spoken_lesson(40), Owner()

    def stop(progress: Progress) -> None:
        if progress.done >= 10:
            owner.stopped.set()

    with pytest.raises(WorkStopped):
        run(lesson_id, stop, owner=owner)

    n_before = provider.call_count
    assert n_before < 20
    assert stored_lesson(lesson_id).corrected_transcript is None
    run(lesson_id)
    assert provider.call_count == len(set(asked_ids(provider))) == 20


def test_an_owner_that_stops_at_the_last_group_saves_nothing(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    lesson_id, owner = spoken_lesson(4), Owner()

    def stop(progress: Progress) -> None:
        if progress.done == progress.total:
            owner.stopped.set()

    with pytest.raises(WorkStopped):
        run(lesson_id, stop, owner=owner)

    assert stored_lesson(lesson_id).corrected_transcript is None


def test_settings_that_are_given_hold_whatever_the_file_says_meanwhile(
    provider: ProviderStub,
    spoken_lesson: MakeSpoken,
    stored_lesson: ReadLesson,
    write_config: Callable[[str], None],
) -> None:
    lesson_id, settings = spoken_lesson(4), load_config()
    write_config("provider: Offline\ncorrection: {prompt: Do it otherwise.}")

    with Session(database.engine) as session:
        run_stage(CORRECTION, StageContext(lesson_id, session, settings=settings))

    metadata = stored_lesson(lesson_id).correction_metadata or {}
    assert metadata["provider"] == settings.provider
    assert metadata["prompt"] == "Correct it."
    assert provider.call_count == 1


# --- what changes meanwhile ------------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_a_transcript_that_is_replaced_meanwhile_is_not_overwritten(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    lesson_id = spoken_lesson(4)

    def replace(progress: Progress) -> None:
        with Session(database.engine) as session:
            lesson = session.get(Lesson, lesson_id)
            assert lesson is not None
            lesson.transcript = [Segment(start=0, end=1, text="Something else")]
            session.commit()

    with pytest.raises(InputChanged, match="replaced"):
        run(lesson_id, replace)

    assert stored_lesson(lesson_id).corrected_transcript is None


def test_a_callers_session_gets_the_result_and_must_be_clean(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    provider.correct(str.upper)
    lesson_id = spoken_lesson(2)
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        assert correct_transcript(lesson_id, session=session) is True
        assert texts_of(lesson)[0].isupper()
        lesson.title = "Unsaved"
        with pytest.raises(UncommittedWrites):
            correct_transcript(lesson_id, session=session)
        assert lesson.title == "Unsaved"


def test_a_lesson_without_a_transcript_is_said(
    provider: ProviderStub, lesson_of: Callable[..., int]
) -> None:
    lesson_id = lesson_of()

    assert correct_transcript(lesson_id) is False
    with pytest.raises(NoTranscript, match=f"lectern transcribe {lesson_id}"):
        run(lesson_id)


@pytest.mark.parametrize("options", [(0, 1), (1, 0), (-5, 1), ("10", 1), (2.5, 1), (True, 1)])
def test_senseless_options_are_refused(
    options: tuple[int, int], provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    lesson_id = spoken_lesson(2)

    assert correct_transcript(lesson_id, *options) is False
    assert provider.call_count == 0


# --- async -----------------------------------------------------------------------------------


def test_it_runs_in_a_running_loop_and_in_one_loop_after_another(
    provider: ProviderStub, spoken_lesson: MakeSpoken
) -> None:
    first, second = spoken_lesson(4), spoken_lesson(4)

    async def both() -> tuple[bool, bool]:
        one, other = await asyncio.gather(
            correct_transcript_async(first, segments_per_group=2),
            correct_transcript_async(second, segments_per_group=2, max_concurrency=5),
        )
        return one, other

    assert asyncio.run(both()) == (True, True)
    assert asyncio.run(correct_transcript_async(first)) is True


def test_cancelling_sends_no_further_call(
    provider: ProviderStub, spoken_lesson: MakeSpoken, stored_lesson: ReadLesson
) -> None:
    lesson_id = spoken_lesson(100)
    provider.latency_seconds = 0.05

    async def start_and_cancel() -> int:
        work = asyncio.create_task(
            correct_transcript_async(lesson_id, segments_per_group=1, max_concurrency=2)
        )
        while provider.call_count < 4:
            await asyncio.sleep(0.01)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        return provider.call_count

    n_sent = asyncio.run(start_and_cancel())  # ends when the work's thread has ended

    assert provider.call_count <= n_sent + 2  # those that were on their way
    assert stored_lesson(lesson_id).corrected_transcript is None


# --- offline and the model -------------------------------------------------------------------


def test_offline_correction_needs_no_provider(
    data_dir: Path, lesson_of: Callable[..., int], stored_lesson: ReadLesson
) -> None:
    lesson_id = lesson_of(
        transcript=[{"start": 0, "end": 2, "text": "the the cell is small"}], language="en"
    )

    assert correct_transcript(lesson_id) is True

    lesson = stored_lesson(lesson_id)
    assert texts_of(lesson) == ["The cell is small."]
    assert (lesson.correction_metadata or {})["provider"] == "Offline"


def test_without_a_provider_there_is_no_model(data_dir: Path) -> None:
    with pytest.raises(ProviderNotConfigured, match="lectern config set provider"):
        get_llm_model()


def test_the_configured_model_can_be_used_directly(provider: ProviderStub) -> None:
    llm = get_llm_model(task_name="correction", temperature=0.5, model="gpt-4")

    assert llm.invoke("Your prompt here").content
    assert provider.received[0].body["model"] == "gpt-4"
    assert provider.received[0].body["temperature"] == 0.5
    with pytest.raises(InvalidValue, match="correction"):
        get_llm_model("translation")


# --- groups and merging ----------------------------------------------------------------------

segments_strategy = st.lists(
    st.builds(
        lambda text, start: Segment(start=start, end=start + 1, text=text),
        st.text(max_size=12),
        st.floats(0, 1e4),
    ),
    max_size=60,
)


@given(segments=segments_strategy, size=st.integers(1, 20))
def test_groups_hold_every_spoken_segment_once_and_in_order(
    segments: list[Segment], size: int
) -> None:
    groups = group_segments(segments, size)

    sent = [pair for group in groups for pair in group.texts]
    assert sent == [(n, s.text) for n, s in enumerate(segments) if s.text.strip()]
    assert all(1 <= len(group.texts) <= size for group in groups)


@given(size=st.integers(1, 50))
def test_halves_make_up_the_group(size: int) -> None:
    group = Group(tuple((n, str(n)) for n in range(size)))

    halves = group.halves()

    if size == 1:
        assert halves == ()
    else:
        assert halves[0].texts + halves[1].texts == group.texts
        assert all(half.texts for half in halves)


replies = st.lists(
    st.fixed_dictionaries({"id": st.integers(-3, 15), "text": st.text(max_size=8)}), max_size=20
)


@given(reply=replies)
def test_no_reply_whatever_loses_or_moves_a_text(reply: list[dict[str, object]]) -> None:
    segments = [Segment(start=n, end=n + 1, text=f"text {n}") for n in range(12)]
    group = group_segments(segments[3:9], 6)[0]
    parsed = CorrectedGroup.model_validate({"segments": reply})

    matched = match_reply(group, parsed)
    merged = merge_corrections(segments[3:9], matched.texts)

    assert [(s.start, s.end) for s in merged] == [(s.start, s.end) for s in segments[3:9]]
    for position, segment in enumerate(merged):
        offered = [" ".join(str(r["text"]).split()) for r in reply if r["id"] == position]
        assert segment.text.strip()
        assert segment.text in {*offered, segments[3 + position].text}
