"""The index keeps in step with the lessons' texts, in their own transactions."""

import json
import logging
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, create_engine, delete, text
from sqlmodel import Session, SQLModel

from backend import database
from backend.database import schema
from backend.index.folding import fold_readings, fold_words
from backend.index.passages import MOST_PASSAGE_WORDS, index_lesson, rebuild, unindex_lesson
from backend.models import Lesson, Segment
from backend.models.transcript import to_segments
from tests.unit.search.library import add_lesson, ask, find, spoken

pytestmark = pytest.mark.usefixtures("each_database")


def change(lesson_id: int, **fields: object) -> None:
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        for name, value in fields.items():
            setattr(lesson, name, value)
        session.commit()


def passages() -> list[Row[tuple[object, ...]]]:
    """All that the index holds."""
    statement = text(
        "SELECT id, lesson_id, part, segment, start, text, CAST(words AS TEXT) FROM search_passage"
        " ORDER BY id"
    )
    with database.engine.connect() as connection:
        return list(connection.execute(statement).all())


def full_text_fits() -> bool:
    """Whether SQLite's full-text table has the words of the passages, and no others."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            # Fails where it does not: as a check on the table itself, not only on its own parts.
            connection.execute(
                text("INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)")
            )
    return True


# --- in step ---------------------------------------------------------------------------------


def test_what_a_script_assigns_is_found_with_its_segment_and_second() -> None:
    lesson_id = add_lesson("Nothing here", "The light bends", title="Optics")

    (hit,) = ask("light").hits

    assert (hit.lesson_id, hit.segment, hit.start, hit.part) == (lesson_id, 1, 2.0, "segment")
    assert hit.lesson_title == "Optics"


def test_title_brief_and_summary_are_found() -> None:
    lesson_id = add_lesson(title="Prisms", brief="On rainbows.", summary="Colours are split.")

    assert find("prisms") == [(lesson_id, "title")]
    assert find("rainbows") == [(lesson_id, "brief")]
    assert find("colours split") == [(lesson_id, "summary")]


def test_the_corrected_text_is_found_in_place_of_what_was_heard() -> None:
    lesson_id = add_lesson("the lite bends")

    change(lesson_id, corrected_transcript=spoken("The light bends"))
    assert (find("lite"), find("light")) == ([], [(lesson_id, 0)])

    change(lesson_id, transcript=spoken("the lied bends"))
    assert (find("lied"), find("light")) == ([], [(lesson_id, 0)])

    change(lesson_id, corrected_transcript=None)
    assert (find("lied"), find("light")) == ([(lesson_id, 0)], [])


def test_a_change_in_place_is_found_and_leaves_the_others_alone() -> None:
    lesson_id = add_lesson("one", "two", "three")
    before = passages()
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        assert lesson.transcript is not None
        lesson.transcript[1] = lesson.transcript[1].model_copy(update={"text": "zwei"})
        lesson.transcript.append(Segment(start=9, end=10, text="four"))
        session.commit()

    assert (find("two"), find("zwei"), find("four")) == ([], [(lesson_id, 1)], [(lesson_id, 3)])
    assert [row for row in before if row not in passages()] == [before[1]]
    assert full_text_fits()


def test_a_change_of_something_else_writes_nothing_to_the_index() -> None:
    lesson_id = add_lesson("one", title="Title")
    with database.engine.begin() as connection:
        unindex_lesson(connection, lesson_id)

    change(lesson_id, language="en", date=datetime(2020, 1, 1, tzinfo=UTC))

    assert passages() == []


def test_a_removed_lesson_is_found_no_more() -> None:
    lesson_id, other = add_lesson("light", title="light"), add_lesson("light")

    with Session(database.engine) as session:
        session.delete(session.get(Lesson, lesson_id))
        session.commit()

    assert find("light") == [(other, 0)]
    assert {row.lesson_id for row in passages()} == {other}
    assert full_text_fits()


def test_a_lesson_removed_by_plain_sql_is_found_no_more() -> None:
    lesson_id = add_lesson("light")

    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM lesson WHERE id = :id"), {"id": lesson_id})

    assert passages() == []
    assert full_text_fits()


def test_silence_and_lessons_without_a_text_are_no_passages() -> None:
    add_lesson(title="", transcript=[], brief="")
    add_lesson(title="", transcript=None)
    add_lesson("", "  ", title="")

    assert passages() == []


def test_a_text_of_any_length_is_found_to_its_end() -> None:
    words = [f"w{number}" for number in range(2 * MOST_PASSAGE_WORDS + 5)]
    lesson_id = add_lesson(" ".join(words), "after", title="", summary=" ".join(words[::-1]))

    assert set(find(words[-1])) == {(lesson_id, "summary"), (lesson_id, 0)}
    assert find("after") == [(lesson_id, 1)]
    assert len(passages()) == 7


def test_a_text_that_is_one_word_without_end_can_be_stored_and_found() -> None:
    lesson_id = add_lesson("x" * 100_000, "京" * 20_000)

    assert find("x" * 100_000) == [(lesson_id, 0)]
    assert (lesson_id, 1) in find("京京")


# --- transactions ----------------------------------------------------------------------------


def test_a_text_that_is_rolled_back_is_not_found_and_the_former_one_is() -> None:
    lesson_id = add_lesson("before")
    with Session(database.engine) as session:
        lesson = session.get(Lesson, lesson_id)
        assert lesson is not None
        lesson.transcript = to_segments(spoken("after"))
        session.add(Lesson(title="after"))
        session.flush()
        session.rollback()

    assert (find("before"), find("after")) == ([(lesson_id, 0)], [])


def test_a_text_that_is_not_committed_is_found_by_nobody_else() -> None:
    with Session(database.engine) as session:
        session.add(Lesson(title="unfinished"))
        session.flush()

        assert find("unfinished") == []
        session.commit()

    assert len(find("unfinished")) == 1


KILLED = """
import os, signal
from sqlmodel import Session
from backend.database import engine
from backend.models import Lesson
with Session(engine) as session:
    session.add(Lesson(title="committed"))
    session.commit()
    session.add(Lesson(title="unfinished"))
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_of_a_killed_process_is_found_what_it_had_committed() -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED], timeout=120, check=False)

    assert ended.returncode < 0
    assert (len(find("committed")), find("unfinished")) == (1, [])
    assert [row.text for row in passages()] == ["committed"]
    assert full_text_fits()


# --- the whole -------------------------------------------------------------------------------


def rebuild_all() -> list[int]:
    with Session(database.engine) as session:
        return list(rebuild(session))


def test_a_rebuilt_index_is_the_same_as_the_one_that_was_kept_in_step() -> None:
    first = add_lesson("one", "zwei", title="Été", summary="Long " * 3000)
    second = add_lesson("one", corrected_transcript=spoken("two", "", "東京"))
    change(first, brief="brief", transcript=spoken("uno", "zwei", "tre"))
    before = passages()

    assert rebuild_all() == [first, second]

    assert passages() == before
    assert full_text_fits()


def test_a_rebuild_mends_whatever_became_of_the_index() -> None:
    lesson_id, other = add_lesson("light", title="A"), add_lesson("dark", title="B")
    before = passages()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE search_passage SET text = 'wrong' WHERE part = 'title'"))
        connection.execute(text("UPDATE search_passage SET words = 'odd' WHERE part = 'segment'"))
        unindex_lesson(connection, other)
        if connection.dialect.name == "sqlite":
            connection.execute(
                text("INSERT INTO search_words (search_words) VALUES ('delete-all')")
            )

    rebuild_all()

    assert passages() == before
    assert (find("light"), find("dark")) == ([(lesson_id, 0)], [(other, 0)])
    assert full_text_fits()


def test_what_plain_sql_wrote_is_found_after_the_lesson_is_indexed() -> None:
    lesson_id = add_lesson("before", title="")
    with database.engine.begin() as connection:
        statement = text("UPDATE lesson SET transcript = :new WHERE id = :id")
        new = '[{"start": 3, "end": 4, "text": "after", "words": [{"odd": 1}]}]'
        connection.execute(statement, {"new": new, "id": lesson_id})
        index_lesson(connection, lesson_id)

    assert (find("before"), find("after")) == ([], [(lesson_id, 0)])


def test_a_transcript_that_cannot_be_read_is_named_and_stops_no_rebuild(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, other = add_lesson("light"), add_lesson("light")
    with database.engine.begin() as connection:
        statement = text("UPDATE lesson SET transcript = '{\"no\": 1}' WHERE id = :id")
        connection.execute(statement, {"id": broken})

    with caplog.at_level(logging.WARNING, "lectern.search"):
        rebuild_all()

    assert find("light") == [(other, 0)]
    assert f"transcript of lesson {broken} cannot be read" in caplog.text


def test_lessons_from_before_the_index_are_indexed_by_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        be_version(older, tmp_path, "0002_workers")
        lesson = {"transcript": json.dumps(spoken("one", "The light")), "title": "From before"}
        with database.engine.begin() as connection:
            statement = "INSERT INTO lesson (title, date, transcript) VALUES"
            values = "(:title, '2026-01-02 03:04:05', :transcript)"
            connection.execute(text(f"{statement} {values}"), lesson)
        url = database.engine.url
        database.dispose_engines()

    schema.upgrade_schema(url)

    ((lesson_id, place),) = find("light")
    assert (place, find("before")) == (1, [(lesson_id, "title")])
    upgraded = passages()
    rebuild_all()
    assert passages() == upgraded


def test_an_index_of_an_older_version_is_made_anew_by_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        be_version(older, tmp_path, "0011_summary_edits")
        with database.engine.begin() as connection:
            lesson = {"transcript": json.dumps(spoken("an e-mail"))}
            for statement in (
                "INSERT INTO lesson (title, date, transcript)"
                " VALUES ('', '2026-01-02 03:04:05', :transcript)",
                "INSERT INTO search_passage (id, lesson_id, part, segment, start, text, words)"
                " VALUES (16777216, 1, 'segment', 0, 0, 'an e-mail', 'an e mail')",
            ):
                connection.execute(text(statement), lesson)
        url = database.engine.url
        database.dispose_engines()

    schema.upgrade_schema(url)

    assert find("email") == find("emial") == [(1, 0)]
    upgraded = passages()
    rebuild_all()
    assert passages() == upgraded
    assert full_text_fits()


def be_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    """The program as it was when it knew the migrations up to this one."""
    known = [one for one in schema.known_versions() if one <= version]
    directory = tmp_path / "older"
    shutil.copytree(schema.MIGRATIONS_DIR, directory)
    for path in (directory / "versions").glob("[0-9]*.py"):
        if path.stem not in known:
            path.unlink()
    monkeypatch.setattr(schema, "MIGRATIONS_DIR", directory)
    monkeypatch.setattr(schema, "known_versions", lambda: known)


def test_a_lesson_in_a_database_of_another_kind_is_stored_without_an_index() -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Lesson(title="In memory", transcript=to_segments(spoken("light"))))
        session.commit()
        assert session.get_one(Lesson, 1).transcript
    engine.dispose()

    assert find("light") == []


# --- any text --------------------------------------------------------------------------------

CHARACTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
"""Others are stored nowhere."""
LETTERS = st.sampled_from("ab é\u0301ß京 -'\"*.,ø10빛에\u200cي")
TEXTS = st.lists(st.text(LETTERS | CHARACTERS), max_size=4)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_each_word_of_a_segment_finds_that_segment(texts: list[str]) -> None:
    with Session(database.engine) as session:
        session.execute(delete(Lesson))
        session.commit()
    lesson_id = add_lesson(*texts)

    for number, said in enumerate(texts):
        visible = filter(fold_words, said.replace('"', " ").split())
        for word in {*visible, *(word for words in fold_readings(said) for word in words)}:
            assert (lesson_id, number) in find(word)
        if 0 < len(fold_words(said)) <= 50:
            assert (lesson_id, number) in find(f'"{said.replace(chr(34), " ")}"')
