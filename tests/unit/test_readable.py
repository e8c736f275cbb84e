"""No control character and no half character reaches a lesson, by whatever way a text comes."""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from backend import database
from backend.captions.service import import_captions
from backend.courses.service import create_course, create_theme
from backend.editing.summaries import edit_summary, summary_version
from backend.lessons.service import LessonDetails, edit_lesson, lesson_version
from backend.lessons.titles import title_from
from backend.models import Course, Lesson, LlmCall, LlmRun, Segment, Task
from backend.models.summaries import SummaryPart
from backend.notes.service import NewNote, add_note
from backend.readable import readable, readable_json
from backend.text.caption_markup import plain_text
from backend.text.stretches import WordStretch
from backend.text.wording import clean_note, clean_person, clean_segment, clean_title
from tests.unit.lessons.people import edit, hear, spoken

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
DIRTY = "a\x00b\x1b[31m\x07 half \ud83d and \ude00, whole \ud83d\ude00,\x85line\r\nend\ufffe\x9f"
CLEAN = "ab[31m half  and , whole \U0001f600,\nline\nend"


def is_readable(stored: Any) -> bool:
    if isinstance(stored, dict):
        return all(map(is_readable, (*stored.keys(), *stored.values())))
    if isinstance(stored, list):
        return all(map(is_readable, stored))
    return not isinstance(stored, str) or not any(
        unicodedata.category(mark) in ("Cc", "Cs") and mark not in "\n\t" for mark in stored
    )


@given(ANYTHING)
def test_a_readable_text_has_an_encoding_and_is_left_as_it_is(given_text: str) -> None:
    cleaned = readable(given_text)

    assert is_readable(cleaned)
    cleaned.encode()
    assert readable(cleaned) == cleaned
    if given_text.isprintable():
        assert cleaned == given_text


def test_the_halves_of_a_character_are_joined_and_line_ends_stay_line_ends() -> None:
    assert readable(DIRTY) == CLEAN
    assert readable_json({"\x00": ["\ud83d\ude00", {"b": 1.5, "c": None}], "d": True}) == {
        "": ["\U0001f600", {"b": 1.5, "c": None}],
        "d": True,
    }


WAYS: dict[str, Callable[[str], str]] = {
    "a title": clean_title,
    "a segment that was edited": clean_segment,
    "a note or a summary": clean_note,
    "a person's name": clean_person,
    "a file's name": lambda name: title_from(PurePath(name.replace("/", ""))),
    "a caption": lambda caption: plain_text([caption]),
    "what was recognised": lambda said: Segment(start=0, end=1, text=said).text,
}


@pytest.mark.parametrize("way", WAYS)
@given(ANYTHING)
def test_each_way_in_makes_its_text_readable(way: str, given_text: str) -> None:
    try:
        cleaned = WAYS[way](given_text)
    except UnicodeEncodeError:
        assert way == "a file's name"  # no file has such a name
        return

    assert is_readable(cleaned)


# --- the database ----------------------------------------------------------------------------


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def all_that_is_stored(session: Session) -> Iterator[Any]:
    for table in SQLModel.metadata.sorted_tables:
        for row in session.execute(sqlalchemy.select(table)):
            for name, value in row._mapping.items():
                yield f"{table.name}.{name}", value
    passages = session.execute(text("SELECT text FROM search_passage"))
    yield from (("search_passage.text", passage) for (passage,) in passages)


def test_whatever_a_script_assigns_is_stored_so_that_it_can_be_read_back(session: Session) -> None:
    spoken_texts: list[Any] = [{"start": 0, "end": 1, "text": DIRTY, "speaker": [DIRTY]}]
    lesson = Lesson(
        title=DIRTY,
        brief=DIRTY,
        summary=DIRTY,
        transcript=spoken_texts,
        transcript_metadata={DIRTY: [{"tag": DIRTY}]},
    )
    session.add_all([lesson, Course(title=DIRTY), Task(task_type="summary", error=DIRTY)])
    session.flush()
    run = LlmRun(lesson_id=lesson.id or 0, stage="summary")
    session.add(run)
    session.flush()
    ids: dict[str, Any] = {"run_id": run.id, "outcome": "answered", "provider": "P", "model": DIRTY}
    session.add_all([LlmCall(**ids, key=str(n), response={"text": DIRTY}) for n in range(2)])
    session.commit()
    session.execute(text("UPDATE lesson SET filename = :name"), {"name": DIRTY})
    session.execute(text("INSERT INTO theme (title) VALUES (:t)"), [{"t": DIRTY}, {"t": "plain"}])
    session.commit()

    assert lesson.title == lesson.brief == lesson.summary == lesson.filename == CLEAN
    assert lesson.transcript_metadata == {CLEAN: [{"tag": CLEAN}]}
    assert (lesson.transcript or [])[0].model_dump()["speaker"] == [CLEAN]
    assert session.exec(select(Course.title)).one() == CLEAN
    assert [name for name, value in all_that_is_stored(session) if not is_readable(value)] == []


def test_nothing_that_people_and_files_bring_leaves_a_control_character(
    session: Session, lesson_of: Callable[..., int]
) -> None:
    lesson_id = lesson_of(title="Cells", brief="Brief.", summary="Summary.", language="en")
    said = "one\x00 \x1b[31mtwo &#7; th\x9free and so on" + " it goes on" * 20
    captions = f"1\n00:00:01,000 --> 00:00:02,000\n{said}\n"
    import_captions(session, lesson_id, captions.encode(), DIRTY)
    hear(lesson_id, [*spoken(DIRTY, "it grows"), {"start": 5, "end": 6, "text": "x", "who": DIRTY}])
    edit(lesson_id, 1, f"It grows. {DIRTY}", editor=DIRTY)
    add_note(session, lesson_id, NewNote(WordStretch(1, 0, 1, 0), "It", text=DIRTY), author=DIRTY)
    summary = summary_version("Brief.", "Summary.")
    edit_summary(session, lesson_id, {SummaryPart.BRIEF: DIRTY}, editor=DIRTY, seen=summary)
    course = create_course(session, DIRTY, DIRTY)
    create_theme(session, course.id or 0, DIRTY)
    seen = lesson_version(session.get_one(Lesson, lesson_id))
    edit_lesson(session, lesson_id, LessonDetails(title=DIRTY, course=course.id), seen=seen)

    stored = list(all_that_is_stored(session))

    assert [name for name, value in stored if not is_readable(value)] == []
    title = clean_title(DIRTY)
    assert sum(value == title for _, value in stored) >= 4
