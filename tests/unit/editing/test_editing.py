"""Edits of people: none is ever lost, whoever else writes, and whatever reruns make."""

import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from backend import database
from backend.editing.segments import (
    Edit,
    dismiss_edit,
    edit_segment,
    edited_segments,
    orphaned_edits,
    segment_history,
    undo_edit,
)
from backend.errors import Conflict, InvalidValue, NotFound
from backend.errors.lessons import CannotUndo, LessonNotFound, NoTranscript
from backend.errors.storage import UncommittedWrites
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.models import FormerLayer, Lesson, SegmentEdit
from backend.search.service import SearchRequest, search
from backend.tasks.correction import CORRECTION
from backend.tasks.pipeline import AnyStage, is_stage_due
from backend.tasks.stage import StageContext, run_stage
from backend.tasks.summary import SUMMARY
from backend.text.sentences import display_words
from tests.unit.lessons.people import (
    SPOKEN,
    correct,
    edit,
    hear,
    read,
    shown,
    spoken,
    version,
)

MakeLesson = Callable[..., int]


def history(lesson_id: int, position: int) -> list[Edit]:
    with Session(database.engine) as session:
        return segment_history(session, lesson_id, position)


def orphans(lesson_id: int) -> list[Edit]:
    with Session(database.engine) as session:
        return orphaned_edits(session, lesson_id)


def edited(lesson_id: int) -> dict[int, str | None]:
    with Session(database.engine) as session:
        return {n: each.text for n, each in edited_segments(session, lesson_id).items()}


def undo(lesson_id: int, edit_id: int, position: int) -> None:
    seen = version(lesson_id, position)
    with Session(database.engine) as session:
        undo_edit(session, lesson_id, edit_id, editor="Bob", seen=seen)


def restore(lesson_id: int, layer: LessonLayer) -> None:
    with Session(database.engine) as session:
        restore_layer(session, lesson_id, layer)


def is_needed(lesson_id: int, stage: AnyStage) -> bool:
    return is_stage_due(database.engine, lesson_id, stage)


@pytest.fixture
def lesson_id(each_database: str, lesson_of: MakeLesson) -> int:
    return lesson_of(transcript=spoken(*SPOKEN), language="en")


# --- one edit --------------------------------------------------------------------------------


def test_an_edit_makes_a_corrected_transcript_that_pretends_no_correction(lesson_id: int) -> None:
    result = edit(lesson_id, 0, "The cell divides.")

    assert shown(lesson_id) == ["The cell divides.", *SPOKEN[1:]]
    assert result.version == version(lesson_id, 0)
    lesson = read(lesson_id)
    assert lesson.correction_metadata == {"by_hand": True}
    assert [segment.text for segment in lesson.transcript or ()] == list(SPOKEN)
    assert is_needed(lesson_id, CORRECTION)


def test_a_correction_after_it_keeps_the_edit_and_is_not_due_again(lesson_id: int) -> None:
    edit(lesson_id, 0, "the shell divides")

    with Session(database.engine) as session:
        run_stage(CORRECTION, StageContext(lesson_id, session))

    texts = shown(lesson_id)
    assert texts is not None
    assert texts[0] == "the shell divides"
    assert texts[2] == "And then it stops." or texts[2] == "and then it stops."
    assert (read(lesson_id).correction_metadata or {})["provider"] == "Offline"
    assert not is_needed(lesson_id, CORRECTION)


def test_a_summary_of_an_edited_text_is_out_of_date(lesson_id: int) -> None:
    with Session(database.engine) as session:
        run_stage(CORRECTION, StageContext(lesson_id, session))
        run_stage(SUMMARY, StageContext(lesson_id, session))
    assert not is_needed(lesson_id, SUMMARY)

    edit(lesson_id, 0, "The shell divides.")

    assert is_needed(lesson_id, SUMMARY)
    assert not is_needed(lesson_id, CORRECTION)


def test_the_history_says_who_and_what_stood_before_newest_first(lesson_id: int) -> None:
    edit(lesson_id, 1, "Every day it grows.", "Ann")
    edit(lesson_id, 1, "Each day it grows.", "Bob")

    assert [(e.editor, e.before, e.text) for e in history(lesson_id, 1)] == [
        ("Bob", "Every day it grows.", "Each day it grows."),
        ("Ann", "every day it grows", "Every day it grows."),
    ]
    assert history(lesson_id, 0) == []
    assert edited(lesson_id) == {1: "Each day it grows."}


def test_an_edit_is_found_by_search_and_what_it_replaced_is_not(lesson_id: int) -> None:
    edit(lesson_id, 0, "The zygote divides.")

    with Session(database.engine) as session:
        assert [hit.segment for hit in search(session, SearchRequest("zygote")).hits] == [0]
        assert search(session, SearchRequest("sell")).hits == ()


def test_the_text_that_is_there_is_no_edit(lesson_id: int) -> None:
    edit(lesson_id, 0, f"  {SPOKEN[0]}\n")

    assert history(lesson_id, 0) == []
    assert shown(lesson_id) is None


def test_what_looked_like_an_edit_and_was_none_stands_in_no_reruns_way(lesson_id: int) -> None:
    correct(lesson_id, "A", "B", "C")
    edit(lesson_id, 1, "B")
    correct(lesson_id, "D", "E", "F")
    assert shown(lesson_id) == ["D", "E", "F"]

    edit(lesson_id, 1, "By Ann.")
    undo(lesson_id, history(lesson_id, 1)[0].id, 1)

    assert shown(lesson_id) == ["D", "E", "F"]


def test_a_person_may_say_that_nothing_was_said(lesson_id: int) -> None:
    edit(lesson_id, 1, " ")

    assert shown(lesson_id) == [SPOKEN[0], "", SPOKEN[2]]


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [
        ("one\ntwo\tthree", "one two three"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("Vraiment\u00a0?", "Vraiment\u00a0?"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("e\u0301", "é"),
    ],
)
def test_whatever_is_written_is_stored_as_text(
    lesson_id: int, given_text: str, stored: str
) -> None:
    assert edit(lesson_id, 0, given_text).segment.text == stored
    assert (shown(lesson_id) or [])[0] == stored


def test_what_cannot_be_edited_is_said_and_nothing_is_changed(
    lesson_id: int, lesson_of: MakeLesson
) -> None:
    bare = lesson_of()
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (NotFound, {"position": 3}),
        (NotFound, {"position": -1}),
        (LessonNotFound, {"lesson_id": 77}),
        (LessonNotFound, {"lesson_id": 10**30}),
        (NoTranscript, {"lesson_id": bare}),
        (InvalidValue, {"editor": "x" * 300}),
        (InvalidValue, {"text": "x" * 10_001}),
    ]
    for error, changed in wrong:
        call: dict[str, Any] = {
            "lesson_id": lesson_id,
            "position": 0,
            "text": "x",
            "editor": "Ann",
            "seen": "?",
        }
        with Session(database.engine) as session, pytest.raises(error):
            edit_segment(session, **(call | changed))

    assert shown(lesson_id) is None
    assert read(bare).corrected_transcript is None


def test_a_session_with_uncommitted_writes_is_refused(lesson_id: int) -> None:
    with Session(database.engine) as session:
        session.get_one(Lesson, lesson_id).title = "Not yet saved"

        with pytest.raises(UncommittedWrites):
            edit_segment(session, lesson_id, 0, "x", editor="Ann", seen="?")


# --- versions --------------------------------------------------------------------------------


def test_an_edit_of_what_was_changed_meanwhile_is_refused_with_what_is_there(
    lesson_id: int,
) -> None:
    seen = version(lesson_id, 0)
    edit(lesson_id, 0, "Ann's text")

    with Session(database.engine) as session, pytest.raises(Conflict) as caught:
        edit_segment(session, lesson_id, 0, "Bob's text", editor="Bob", seen=seen)

    assert caught.value.present["text"] == "Ann's text"
    assert caught.value.present["version"] == version(lesson_id, 0)
    assert shown(lesson_id) == ["Ann's text", *SPOKEN[1:]]


def test_edits_of_different_segments_do_not_meet(lesson_id: int) -> None:
    seen = [version(lesson_id, n) for n in range(3)]

    for n in range(3):
        with Session(database.engine) as session:
            edit_segment(session, lesson_id, n, f"text {n}", editor="Ann", seen=seen[n])

    assert shown(lesson_id) == ["text 0", "text 1", "text 2"]


def test_of_many_who_edit_one_segment_at_once_one_succeeds_and_the_others_are_told(
    lesson_id: int,
) -> None:
    seen = version(lesson_id, 0)
    outcomes: list[str] = []
    start = threading.Barrier(6)

    def try_to_edit(number: int) -> None:
        start.wait(60)
        with Session(database.engine) as session:
            try:
                edit_segment(session, lesson_id, 0, f"by {number}", editor=f"{number}", seen=seen)
                outcomes.append(f"by {number}")
            except Conflict as conflict:
                outcomes.append(f"saw {conflict.present['text']}")

    run_threads([partial(try_to_edit, number) for number in range(6)])

    (winner,) = [outcome for outcome in outcomes if outcome.startswith("by")]
    assert sorted(outcomes) == sorted([winner, *[f"saw {winner}"] * 5])
    assert (shown(lesson_id) or [])[0] == winner


def run_threads(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)


EDITING = """
import sys
from sqlmodel import Session
from backend.database import engine
from backend.editing.segments import edit_segment
from backend.lessons.queries import read_segment
lesson_id, mine = int(sys.argv[1]), [int(n) for n in sys.argv[2:]]
for position in mine:
    with Session(engine) as session:
        seen = read_segment(session, lesson_id, position).version
    with Session(engine) as session:
        edit_segment(session, lesson_id, position, f"edit {position}", editor="x", seen=seen)
"""


@pytest.mark.usefixtures("each_database")
def test_processes_that_edit_one_lesson_while_it_is_corrected_lose_no_edit(
    lesson_of: MakeLesson,
) -> None:
    lesson_id = lesson_of(transcript=spoken(*(f"word {n}" for n in range(30))), language="en")
    arguments = [[str(n) for n in range(first, 30, 2)] for first in range(2)]
    editors = [
        subprocess.Popen(
            [sys.executable, "-c", EDITING, str(lesson_id), *positions],
            stderr=subprocess.PIPE,
            text=True,
        )
        for positions in arguments
    ]

    while any(editor.poll() is None for editor in editors):
        with Session(database.engine) as session:
            run_stage(CORRECTION, StageContext(lesson_id, session))

    assert [editor.communicate()[1] for editor in editors] == ["", ""]
    assert shown(lesson_id) == [f"edit {n}" for n in range(30)]
    assert [len(history(lesson_id, n)) for n in range(30)] == [1] * 30


# --- undoing ---------------------------------------------------------------------------------


def test_undoing_gives_back_any_earlier_state_and_is_itself_in_the_history(lesson_id: int) -> None:
    for text in ("one", "two", "three"):
        edit(lesson_id, 0, text)
    third, second, first = history(lesson_id, 0)

    undo(lesson_id, second.id, 0)
    assert (shown(lesson_id) or [])[0] == "one"
    undo(lesson_id, third.id, 0)
    assert (shown(lesson_id) or [])[0] == "two"
    undo(lesson_id, first.id, 0)

    assert shown(lesson_id) is None
    assert read(lesson_id).correction_metadata is None
    assert len(history(lesson_id, 0)) == 6
    assert edited(lesson_id) == {}


def test_what_is_undone_to_the_machines_text_follows_reruns_again(lesson_id: int) -> None:
    correct(lesson_id, "The sell divides.", "Every day it grows.", "And then it stops.")
    edit(lesson_id, 0, "The cell divides.")
    undo(lesson_id, history(lesson_id, 0)[0].id, 0)
    assert (shown(lesson_id) or [])[0] == "The sell divides."

    correct(lesson_id, "The cell divides!", "b", "c")

    assert shown(lesson_id) == ["The cell divides!", "b", "c"]
    assert len(history(lesson_id, 0)) == 2


def test_undoing_a_segment_that_was_changed_meanwhile_is_refused(lesson_id: int) -> None:
    edit(lesson_id, 0, "one")
    (first,) = history(lesson_id, 0)

    with Session(database.engine) as session, pytest.raises(Conflict):
        undo_edit(session, lesson_id, first.id, editor="Bob", seen="another")

    assert (shown(lesson_id) or [])[0] == "one"


def test_an_edit_of_words_that_are_parted_otherwise_now_is_not_undone_in_the_wrong_place(
    lesson_id: int,
) -> None:
    edit(lesson_id, 0, "the cell divides")
    (former,) = history(lesson_id, 0)
    hear(lesson_id, spoken("the sell", "divides every day it grows", "and then it stops"))
    correct(lesson_id, "the sell", "divides every day it grows", "and then it stops")
    assert shown(lesson_id) == ["the cell", "divides every day it grows", "and then it stops"]

    with Session(database.engine) as session, pytest.raises(CannotUndo, match="the sell divides"):
        undo_edit(session, lesson_id, former.id, editor="Bob", seen=version(lesson_id, 0))

    undo(lesson_id, history(lesson_id, 0)[0].id, 0)
    assert shown(lesson_id) == ["the sell", "divides every day it grows", "and then it stops"]


# --- reruns ----------------------------------------------------------------------------------


def test_a_rerun_of_correction_replaces_all_but_the_edit(lesson_id: int) -> None:
    correct(lesson_id, "A", "B", "C")
    edit(lesson_id, 1, "By Ann.")

    correct(lesson_id, "D", "E", "F")

    assert shown(lesson_id) == ["D", "By Ann.", "F"]
    assert edited(lesson_id) == {1: "By Ann."}


def test_a_transcription_leaves_the_corrected_transcript_and_its_edits_alone(
    lesson_id: int,
) -> None:
    correct(lesson_id, "A", "B", "C")
    edit(lesson_id, 1, "By Ann.")

    hear(lesson_id, spoken("nothing", "like", "it"))
    edit(lesson_id, 2, "By Ann as well.")

    assert shown(lesson_id) == ["A", "By Ann.", "By Ann as well."]


def test_an_edit_of_what_was_made_from_the_transcript_before_is_about_what_was_heard_then(
    lesson_id: int,
) -> None:
    correct(lesson_id, "A", "B", "C")
    hear(lesson_id, [{"start": 0, "end": 6, "text": " ".join(SPOKEN)}])
    edit(lesson_id, 0, "the cell divides")

    hear(lesson_id, spoken(*SPOKEN))
    correct(lesson_id, "X", "Y", "Z")

    assert shown(lesson_id) == ["the cell divides", "Y", "Z"]


def test_where_nothing_was_corrected_the_edits_are_laid_over_the_new_transcript(
    lesson_id: int,
) -> None:
    edit(lesson_id, 1, "each day it grows")

    hear(lesson_id, [{"start": 0, "end": 6, "text": " ".join(SPOKEN)}])

    assert shown(lesson_id) == ["the sell divides each day it grows and then it stops"]
    assert read(lesson_id).correction_metadata == {"by_hand": True}


def test_an_edit_without_a_place_is_an_orphan_until_it_has_one(lesson_id: int) -> None:
    edit(lesson_id, 0, "The cell divides.")

    hear(lesson_id, spoken("nothing", "like", "it"))
    assert shown(lesson_id) is None
    assert read(lesson_id).correction_metadata is None
    assert [(e.text, e.heard, e.start) for e in orphans(lesson_id)] == [
        ("The cell divides.", "the sell divides", 0.0)
    ]
    correct(lesson_id, "Nothing", "like", "it.")
    assert shown(lesson_id) == ["Nothing", "like", "it."]
    assert len(orphans(lesson_id)) == 1

    hear(lesson_id, spoken(*SPOKEN))
    correct(lesson_id, *SPOKEN)

    assert shown(lesson_id) == ["The cell divides.", *SPOKEN[1:]]
    assert orphans(lesson_id) == []


def test_an_orphan_can_be_dismissed_once(lesson_id: int) -> None:
    edit(lesson_id, 0, "The cell divides.")
    hear(lesson_id, spoken("nothing", "like", "it"))
    (orphan,) = orphans(lesson_id)

    with Session(database.engine) as session:
        dismiss_edit(session, lesson_id, orphan.id, editor="Bob")
        with pytest.raises(NotFound):
            dismiss_edit(session, lesson_id, orphan.id, editor="Bob")
    hear(lesson_id, spoken(*SPOKEN))

    assert orphans(lesson_id) == []
    assert shown(lesson_id) is None
    with Session(database.engine) as session:
        assert len(session.exec(select(SegmentEdit)).all()) == 2


def test_an_edit_over_several_former_ones_takes_their_place(lesson_id: int) -> None:
    edit(lesson_id, 0, "the cell divides")
    edit(lesson_id, 1, "each day it grows")
    hear(lesson_id, [{"start": 0, "end": 6, "text": " ".join(SPOKEN)}])
    assert shown(lesson_id) == ["the cell divides each day it grows and then it stops"]

    edit(lesson_id, 0, "All of it.")

    assert shown(lesson_id) == ["All of it."]
    assert [e.text for e in history(lesson_id, 0)] == [
        "All of it.",
        "each day it grows",
        "the cell divides",
    ]


# --- restoring -------------------------------------------------------------------------------


def test_a_former_correction_is_kept_and_restored_without_the_edits_which_stay(
    lesson_id: int,
) -> None:
    correct(lesson_id, "A", "B", "C")
    edit(lesson_id, 1, "By Ann.")
    correct(lesson_id, "D", "E", "F")
    with Session(database.engine) as session:
        former = session.exec(select(FormerLayer)).one().content["corrected_transcript"]
    assert [segment["text"] for segment in former] == ["A", "B", "C"]

    restore(lesson_id, LessonLayer.CORRECTION)
    assert shown(lesson_id) == ["A", "By Ann.", "C"]
    undo(lesson_id, history(lesson_id, 1)[0].id, 1)

    assert shown(lesson_id) == ["A", "B", "C"]


def test_a_correction_that_says_the_same_as_before_the_edits_drives_nothing_out(
    lesson_id: int,
) -> None:
    correct(lesson_id, "A", "B", "C")
    edit(lesson_id, 1, "By Ann.")

    correct(lesson_id, "A", "B", "C")

    with Session(database.engine) as session:
        assert session.exec(select(FormerLayer)).all() == []


def test_restoring_a_former_transcript_finds_the_edits_places_again(lesson_id: int) -> None:
    edit(lesson_id, 0, "The cell divides.")
    hear(lesson_id, spoken("nothing", "like", "it"))

    restore(lesson_id, LessonLayer.TRANSCRIPT)

    assert shown(lesson_id) == ["The cell divides.", *SPOKEN[1:]]


# --- texts that other programs assign --------------------------------------------------------


def assign(lesson_id: int, **texts: Any) -> None:
    with Session(database.engine) as session:
        lesson = session.get_one(Lesson, lesson_id)
        for name, value in texts.items():
            setattr(lesson, name, value)
        session.commit()


def test_a_text_that_a_program_assigned_is_what_the_next_edit_is_laid_over(
    lesson_id: int,
) -> None:
    edit(lesson_id, 0, "The cell divides.")
    assign(lesson_id, corrected_transcript=spoken("the sell divides", "B", "C"))

    edit(lesson_id, 2, "By Ann.")

    assert shown(lesson_id) == ["The cell divides.", "B", "By Ann."]
    undo(lesson_id, history(lesson_id, 2)[0].id, 2)
    assert shown(lesson_id) == ["The cell divides.", "B", "C"]


def test_whoever_saw_what_a_program_then_changed_is_told_and_can_go_on(lesson_id: int) -> None:
    edit(lesson_id, 0, "The cell divides.")
    seen = version(lesson_id, 0)
    assign(lesson_id, transcript=spoken("nothing", "like", "it"))

    with Session(database.engine) as session, pytest.raises(Conflict):
        edit_segment(session, lesson_id, 0, "x", editor="Ann", seen=seen)

    assert len(orphans(lesson_id)) == 1
    assert edit(lesson_id, 0, "Nothing!").segment.text == "Nothing!"
    assert shown(lesson_id) == ["Nothing!", "like", "it"]


# --- whatever happens ------------------------------------------------------------------------

WORD = st.sampled_from(["the", "cell", "sell", "divides", "yes", "every", "day"])
TEXT = st.lists(WORD, max_size=4).map(" ".join)
ACTIONS = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 5), TEXT),
    st.tuples(st.just("undo"), st.integers(0, 5), st.integers(0, 3)),
    st.tuples(st.just("hear"), st.lists(st.integers(1, 4), max_size=5), st.booleans()),
    st.tuples(st.just("correct"), st.lists(TEXT, min_size=12, max_size=12), st.none()),
    st.tuples(st.just("restore"), st.sampled_from(["transcript", "correction"]), st.none()),
)
SAID = ["the", "sell", "divides", "every", "day", "yes", "yes", "the", "day", "divides", "sell"]


@pytest.mark.usefixtures("each_database")
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(actions=st.lists(ACTIONS, min_size=1, max_size=8))
def test_whatever_is_done_each_edit_is_in_the_text_at_its_place_or_an_orphan(
    lesson_of: MakeLesson, actions: list[Any]
) -> None:
    lesson_id = lesson_of(transcript=cut([3, 4, 2]))
    n_edits = 0

    for action in actions:
        n_edits += do(lesson_id, *action)
        assert_no_edit_is_lost(lesson_id, n_edits)


def cut(sizes: list[int], said: list[str] = SAID) -> list[dict[str, Any]]:
    segments, first = [], 0
    for size in [*sizes, len(said)]:
        words = said[first : first + size]
        if words:
            end = first + len(words)
            segments.append({"start": first / 2, "end": end / 2, "text": " ".join(words)})
        first += size
    return segments


def do(lesson_id: int, what: str, first: Any, second: Any) -> int:
    """One thing that happens to a lesson; returns how many edits it made."""
    n_segments = len(shown(lesson_id) or read(lesson_id).transcript or ())
    if what == "edit":
        before = len(all_edits(lesson_id))
        edit(lesson_id, first % n_segments, second)
        return len(all_edits(lesson_id)) - before
    if what == "undo":
        edits = history(lesson_id, first % n_segments)
        before = len(all_edits(lesson_id))
        if second < len(edits):
            try:
                undo(lesson_id, edits[second].id, first % n_segments)
            except CannotUndo:
                return 0
        return len(all_edits(lesson_id)) - before
    if what == "hear":
        hear(lesson_id, cut(first, SAID if second else [*SAID[6:], *SAID[:6]]))
    elif what == "correct":
        correct(lesson_id, *first[: len(read(lesson_id).transcript or ())])
    else:
        try:
            restore(lesson_id, LessonLayer(first))
        except NotFound:
            return 0
    return 0


def all_edits(lesson_id: int) -> list[SegmentEdit]:
    with Session(database.engine) as session:
        statement = select(SegmentEdit).where(SegmentEdit.lesson_id == lesson_id)
        return list(session.exec(statement))


def assert_no_edit_is_lost(lesson_id: int, n_edits: int) -> None:
    edits = all_edits(lesson_id)
    assert len(edits) >= n_edits
    holding = [e for e in edits if e.superseded_by is None and e.text is not None]
    texts = shown(lesson_id)
    listed = {orphan.id for orphan in orphans(lesson_id)}
    for each in holding:
        assert each.text is not None
        if each.segment is None:
            assert each.id in listed
            continue
        assert texts is not None
        assert each.id in {e.id for e in history(lesson_id, each.segment)}
        if each.first_word is None:
            assert texts[each.segment] == each.text
        else:
            words = display_words(texts[each.segment])
            assert " ".join(display_words(each.text)) in " ".join(words)
    if not any(e.segment is not None for e in holding):
        assert (read(lesson_id).correction_metadata or {}).get("by_hand") is None
