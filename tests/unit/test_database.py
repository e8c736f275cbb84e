"""The database: schema, upgrades, sessions, and what is said when it cannot be used."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, insert, make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, col, select

from backend import database
from backend.database import failures, schema
from backend.database.schema import newest_version, upgrade_schema
from backend.database.sessions import refuse_uncommitted_writes
from backend.errors.storage import (
    DatabaseAway,
    DatabaseBusy,
    DatabaseError,
    DatabaseNeedsUpgrade,
    DatabaseTooNew,
    StorageFull,
    UncommittedWrites,
)
from backend.models import (
    Course,
    FormerLayer,
    Lesson,
    LlmRun,
    Note,
    Segment,
    Task,
    TranscriptWindow,
)
from tests.waiting import wait_until

OURS = newest_version()
NEXT = "9999_next"


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def sqlite_file(data_dir: Path) -> Path:
    return data_dir / "lectern.db"


def set_stored_version(version: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    database.dispose_engines()


# --- schema ----------------------------------------------------------------------------------


def differences_to_models(connection: Connection) -> list[Any]:
    # The models cannot say an index with an order so that both databases agree; the search index
    # is none of them.
    options = {
        "compare_type": True,
        "include_name": lambda name, *_: name != "ix_task_order" and "search_" not in (name or ""),
    }
    found: list[Any] = compare_metadata(
        MigrationContext.configure(connection, opts=options), SQLModel.metadata
    )
    return found


@pytest.mark.usefixtures("each_database")
def test_the_migrations_make_what_the_models_say() -> None:
    with database.engine.connect() as connection:
        assert differences_to_models(connection) == []


def test_sqlite_runs_in_wal_with_foreign_keys(data_dir: Path) -> None:
    with database.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


START = """
from sqlmodel import Session, select
from backend.database import engine
from backend.models import Task
with Session(engine) as session:
    session.add(Task(task_type="transcription"))
    session.commit()
    print(len(session.exec(select(Task)).all()) >= 1)
"""


@pytest.mark.usefixtures("each_database")
def test_processes_that_start_at_once_on_nothing_make_one_schema() -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", START], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(5)
    ]

    results = [start.communicate(timeout=120) for start in starts]

    assert [(out.strip(), err) for out, err in results] == [("True", "")] * 5
    with Session(database.engine) as session:
        assert len(session.exec(select(Task)).all()) == 5


def test_an_older_sqlite_file_is_copied_and_then_upgraded(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Session(database.engine) as session:
        session.add(Lesson(title="From before"))
        session.commit()
    database.dispose_engines()
    add_migration(tmp_path, monkeypatch)

    with Session(database.engine) as session:
        assert session.scalar(text("SELECT note FROM lesson")) == "none"

    copy = data_dir / f"lectern.before-upgrade-from-{OURS}.db"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT title FROM lesson").fetchall() == [("From before",)]
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (OURS,)


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Session(database.engine) as session:
        session.add(Lesson(title="From before"))
        session.commit()
    database.dispose_engines()
    add_migration(tmp_path, monkeypatch, then="op.execute('SELECT * FROM no_such_table')")

    with pytest.raises(DatabaseError), Session(database.engine) as session:
        session.exec(select(Lesson)).all()

    with closing(sqlite3.connect(sqlite_file(data_dir))) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(lesson)")]
        assert "note" not in columns
        assert connection.execute("SELECT title FROM lesson").fetchall() == [("From before",)]


def test_an_older_postgresql_database_waits_for_the_command(
    postgres_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    with Session(database.engine) as session:
        session.add(Lesson(title="From before"))
        session.commit()
    url = database.engine.url
    database.dispose_engines()
    add_migration(tmp_path, monkeypatch)

    with pytest.raises(DatabaseNeedsUpgrade, match="lectern db upgrade"):
        database.engine.connect()
    assert upgrade_schema(url) == (OURS, NEXT)
    with Session(database.engine) as session:
        assert session.scalar(text("SELECT note FROM lesson")) == "none"


@pytest.mark.usefixtures("each_database")
def test_rows_of_the_first_version_are_there_after_the_upgrade(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as older:
        be_version(older, tmp_path, "0001_first")
        with database.engine.begin() as connection:
            for statement in (
                "INSERT INTO lesson (title, date) VALUES ('From before', '2026-01-02 03:04:05')",
                "INSERT INTO task (task_type, status, error)"
                " VALUES ('summary', 'failed', 'It failed.')",
                "INSERT INTO llm_run (lesson_id, stage, created_at)"
                " VALUES (1, 'summary', '2026-01-02 03:04:05')",
            ):
                connection.execute(text(statement))
        url = database.engine.url
        database.dispose_engines()

    assert upgrade_schema(url) == ("0001_first", newest_version())

    with Session(database.engine) as session:
        assert [lesson.title for lesson in session.exec(select(Lesson))] == ["From before"]
        (task,) = session.exec(select(Task)).all()
        assert (task.task_type, task.status) == ("summary", "failed")
        assert (task.error, task.error_code) == ("It failed.", None)
        assert (task.error_facts, task.doing) == (None, None)
        assert (task.priority, task.attempt, task.crashes, task.claim) == (0, 0, 0, None)
        assert [run.lesson_id for run in session.exec(select(LlmRun))] == [1]
        assert differences_to_models(session.connection()) == []


@pytest.mark.usefixtures("each_database")
def test_notes_from_before_are_found_by_their_words_after_the_upgrade(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as older:
        be_version(older, tmp_path, "0006_ids")
        with database.engine.begin() as connection:
            for statement in (
                "INSERT INTO lesson (title, date) VALUES ('Light', '2026-01-02 03:04:05')",
                'INSERT INTO note (lesson_id, start, "end", quote, colour, text, author,'
                " created_at, changed_at) VALUES (1, 0, 1, 'L’Élan', 'pink', 'Œuvre', 'Ada',"
                " '2026-01-02 03:04:05', '2026-01-02 03:04:05')",
            ):
                connection.execute(text(statement))
        url = database.engine.url
        database.dispose_engines()

    assert upgrade_schema(url) == ("0006_ids", newest_version())

    with Session(database.engine) as session:
        (note,) = session.exec(select(Note)).all()
        assert (note.words, note.removed_at) == (" oeuvre l elan lelan", None)


@pytest.mark.usefixtures("each_database")
def test_a_password_that_was_stored_with_a_text_is_gone_after_the_upgrade(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = {"base_url": "https://ada:secret@box.lan/v1", "moments": [{"text": "at a@b"}]}
    with monkeypatch.context() as older:
        be_version(older, tmp_path, "0008_notes")
        with Session(database.engine) as session:
            lessons: dict[str, Any] = {"Light": made, "Sound": {"base_url": None}}
            # As rows, which the program of today does not index.
            rows = [
                Lesson(title=t, summary_metadata=how).model_dump() for t, how in lessons.items()
            ]
            session.execute(insert(Lesson), [row | {"id": n} for n, row in enumerate(rows, 1)])
            content = {"summary": "Light.", "summary_metadata": made}
            session.add(FormerLayer(lesson_id=1, layer="summary", content=content))
            session.commit()
        url = database.engine.url
        database.dispose_engines()

    assert upgrade_schema(url) == ("0008_notes", newest_version())

    with Session(database.engine) as session:
        light, sound = session.exec(select(Lesson).order_by(col(Lesson.id))).all()
        (former,) = session.exec(select(FormerLayer)).all()
    without = made | {"base_url": "https://***@box.lan/v1"}
    assert (light.summary_metadata, sound.summary_metadata) == (without, {"base_url": None})
    assert former.content["summary_metadata"] == without


def be_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    """The program as it was when it knew the migrations up to this one."""
    directory = tmp_path / "earlier"
    shutil.copytree(schema.MIGRATIONS_DIR, directory)
    for path in (directory / "versions").glob("[0-9]*.py"):
        if path.stem > version:
            path.unlink()
    known = [each for each in schema.known_versions() if each <= version]
    monkeypatch.setattr(schema, "MIGRATIONS_DIR", directory)
    monkeypatch.setattr(schema, "known_versions", lambda: known)


@pytest.mark.usefixtures("each_database")
def test_a_database_of_a_newer_version_is_refused_and_left_alone() -> None:
    url = database.engine.url
    set_stored_version("9999_future")

    with pytest.raises(DatabaseTooNew, match="newer Lectern"):
        database.engine.connect()
    with pytest.raises(DatabaseTooNew):
        upgrade_schema(url)


def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str = "pass") -> None:
    """A program with one more migration than ours."""
    directory = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS_DIR, directory, dirs_exist_ok=True)
    (directory / "versions" / f"{NEXT}.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '{NEXT}'\ndown_revision = '{OURS}'\n"
        "def upgrade():\n"
        "    op.add_column('lesson', sa.Column('note', sa.String(), server_default='none'))\n"
        f"    {then}\n"
    )
    versions = [*schema.known_versions(), NEXT]
    monkeypatch.setattr(schema, "MIGRATIONS_DIR", directory)
    monkeypatch.setattr(schema, "known_versions", lambda: versions)


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 50, b"SQLite format 3\x00" + b"x" * 500]
)
def test_a_file_that_is_no_database_is_named(content: bytes, data_dir: Path) -> None:
    data_dir.mkdir(parents=True)
    sqlite_file(data_dir).write_bytes(content)

    with pytest.raises(DatabaseError, match=r"lectern\.db"):
        database.engine.connect()

    assert sqlite_file(data_dir).read_bytes() == content


def test_a_database_of_another_program_is_left_alone(data_dir: Path) -> None:
    data_dir.mkdir(parents=True)
    with closing(sqlite3.connect(sqlite_file(data_dir))) as connection:
        connection.execute("CREATE TABLE recipes (id INTEGER)")

    with pytest.raises(DatabaseError, match="another program"):
        database.engine.connect()


def test_a_database_server_that_is_not_there_is_named_without_its_password(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/lectern")

    with pytest.raises(DatabaseError) as caught:
        database.engine.connect()

    assert "127.0.0.1" in caught.value.message
    assert "secret" not in caught.value.message


def test_a_full_disk_says_so_and_keeps_what_was_stored(data_dir: Path) -> None:
    with Session(database.engine) as session:
        session.add(Lesson(title="Before"))
        session.commit()
    with database.engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count={pages}"))

        long_text = [Segment(start=0, end=1, text="x" * 100_000)]
        with Session(connection) as session:
            session.add(Lesson(title="After", transcript=long_text))
            with pytest.raises(StorageFull, match="is full"):
                session.commit()

    database.dispose_engines()
    with Session(database.engine) as session:
        assert [lesson.title for lesson in session.exec(select(Lesson))] == ["Before"]


# --- rows ------------------------------------------------------------------------------------


def test_plain_sql_can_insert_a_task(session: Session) -> None:
    session.connection().execute(
        text(
            "INSERT INTO task (task_type, status, parameters) "
            "VALUES ('transcription', 'pending', '{\"lesson_id\": 1}')"
        )
    )
    session.connection().execute(text("INSERT INTO task (task_type) VALUES ('summary')"))
    session.commit()

    first, second = session.exec(select(Task).order_by(col(Task.id))).all()
    assert first.parameters == {"lesson_id": 1}
    assert (second.status, second.parameters, second.progress) == ("pending", {}, 0.0)
    assert first.created_at.utcoffset() is not None


def test_texts_may_be_assigned_as_dicts_and_are_read_as_segments(session: Session) -> None:
    dicts: list[Any] = [{"start": 0, "end": 1.5, "text": "one", "speaker": "B"}]
    lesson = Lesson(title="A", transcript=dicts)
    session.add(lesson)
    session.commit()

    assert lesson.transcript == [Segment(start=0, end=1.5, text="one", speaker="B")]
    assert lesson.transcript[0].model_dump()["speaker"] == "B"
    assert lesson.corrected_transcript is None


def test_changes_in_place_are_saved(session: Session) -> None:
    segment = Segment(start=0, end=1, text="one")
    lesson = Lesson(transcript=[segment], transcript_metadata={"a": 1})
    session.add(lesson)
    session.commit()
    assert lesson.transcript is not None
    assert lesson.transcript_metadata is not None

    lesson.transcript.append(Segment(start=1, end=2, text="two"))
    lesson.transcript[0] = lesson.transcript[0].model_copy(update={"text": "ONE"})
    lesson.transcript_metadata["b"] = 2
    session.commit()

    session.expire_all()
    assert [segment.text for segment in lesson.transcript] == ["ONE", "two"]
    assert lesson.transcript_metadata == {"a": 1, "b": 2}


def test_a_segment_cannot_be_changed_unnoticed() -> None:
    segment: Any = Segment(start=0, end=1, text="one")

    with pytest.raises(ValueError, match="frozen"):
        segment.text = "two"


@pytest.mark.parametrize(
    "wrong", [[{"start": 0}], [{"start": 0, "end": float("nan"), "text": ""}], "text"]
)
def test_a_wrong_text_fails_where_it_is_assigned(wrong: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        Lesson(title="A", transcript=wrong)


def test_a_nul_character_is_stored_nowhere(session: Session) -> None:
    dicts: list[Any] = [{"start": 0, "end": 1, "text": "a\x00b"}]
    lesson = Lesson(title="A", transcript=dicts)
    session.add(lesson)
    session.commit()

    assert [segment.text for segment in lesson.transcript or []] == ["ab"]


def test_removing_a_lesson_takes_its_pieces_along_and_leaves_its_course(session: Session) -> None:
    course = Course(title="Physics")
    session.add(course)
    session.commit()
    lesson = Lesson(title="A", course_id=course.id)
    session.add(lesson)
    session.commit()
    assert lesson.id is not None
    session.add(LlmRun(lesson_id=lesson.id, stage="correction"))
    session.add(FormerLayer(lesson_id=lesson.id, layer="summary", content={"summary": "Old."}))
    session.add(
        TranscriptWindow(
            lesson_id=lesson.id,
            fingerprint="f",
            position=0,
            start=0,
            end=1,
            speech_seconds=1,
            segments=[],
        )
    )
    session.commit()

    session.delete(lesson)
    session.commit()

    assert session.exec(select(LlmRun)).all() == []
    assert session.exec(select(FormerLayer)).all() == []
    assert session.exec(select(TranscriptWindow)).all() == []
    assert session.exec(select(Course)).all() == [course]


@pytest.mark.parametrize(
    "row", [Lesson(title="A"), Task(task_type="summary")], ids=["lesson", "task"]
)
def test_the_id_of_a_removed_row_is_never_given_again(row: Lesson | Task, session: Session) -> None:
    table = type(row)
    first, second = table(**row.model_dump()), table(**row.model_dump())
    session.add(first)
    session.commit()
    removed_id = first.id
    assert removed_id is not None
    session.delete(first)
    session.commit()

    session.add(second)
    session.commit()

    assert second.id == removed_id + 1


def test_the_index_of_the_tasks_keeps_its_order(each_database: str, session: Session) -> None:
    statement = (
        "SELECT sql FROM sqlite_master WHERE name = 'ix_task_order'"
        if each_database == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_task_order'"
    )
    assert "priority DESC, id" in session.scalar(text(statement))


# --- sessions --------------------------------------------------------------------------------


def test_a_session_that_only_read_or_committed_is_not_refused(session: Session) -> None:
    refuse_uncommitted_writes(session)
    session.add(Lesson(title="A"))
    session.commit()
    session.exec(select(Lesson)).all()

    refuse_uncommitted_writes(session)


@pytest.mark.parametrize("write", ["add", "change", "delete", "flush", "sql"])
def test_any_uncommitted_write_is_noticed(write: str, session: Session) -> None:
    lesson = Lesson(title="A")
    session.add(lesson)
    session.commit()
    session.refresh(lesson)
    if write == "add":
        session.add(Lesson(title="B"))
    elif write == "change":
        lesson.title = "B"
    elif write == "delete":
        session.delete(lesson)
    elif write == "flush":
        session.add(Lesson(title="B"))
        session.flush()
    else:
        session.connection().execute(text("UPDATE lesson SET title = 'B'"))

    with pytest.raises(UncommittedWrites):
        refuse_uncommitted_writes(session)


def test_a_session_that_read_can_still_write_after_another_wrote(session: Session) -> None:
    session.add(Lesson(title="A"))
    session.commit()
    lesson = session.exec(select(Lesson)).one()
    with Session(database.engine) as other:
        other.add(Lesson(title="B"))
        other.commit()

    lesson.title = "C"
    session.commit()

    assert {found.title for found in session.exec(select(Lesson))} == {"B", "C"}


def test_the_address_is_shown_without_its_password() -> None:
    url = make_url("postgresql+psycopg://me:secret@host/db")

    assert "secret" not in failures.describe(url)


# --- a server that is away -------------------------------------------------------------------


@pytest.fixture
def postgres(postgres_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    return database.engine


def end_connection(url: str, process_id: int) -> None:
    """As an administrator does, or a server that stops."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 20000)", [process_id])


PROCESS_ID = text("SELECT pg_backend_pid()")


@pytest.mark.parametrize("at_commit", [False, True], ids=["in the middle", "at the commit"])
def test_a_connection_that_is_ended_in_a_transaction_is_named_as_away(
    postgres: Engine, postgres_url: str, at_commit: bool
) -> None:
    with Session(postgres) as session:
        session.add(Lesson(title="A"))
        session.flush()
        end_connection(postgres_url, session.scalar(PROCESS_ID))

        with pytest.raises(DatabaseAway, match="does not answer"):
            session.commit() if at_commit else session.exec(select(Lesson)).all()

    with Session(postgres) as session:
        assert session.exec(select(Lesson)).all() == []


def test_a_connection_that_idled_in_its_transaction_for_too_long_is_named_as_away(
    postgres: Engine, postgres_url: str
) -> None:
    alive = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"
    with Session(postgres) as session, psycopg.connect(postgres_url, autocommit=True) as other:
        own = session.scalar(PROCESS_ID)
        session.connection().execute(text("SET idle_in_transaction_session_timeout = 10"))
        wait_until(lambda: other.execute(alive, [own]).fetchone() is None, 20)

        with pytest.raises(DatabaseAway, match="idle-in-transaction"):
            session.exec(select(Lesson)).all()


def test_a_connection_that_was_ended_while_nobody_used_it_is_replaced(
    postgres: Engine, postgres_url: str
) -> None:
    with postgres.connect() as connection:
        first = connection.scalar(PROCESS_ID)
    end_connection(postgres_url, first)

    with postgres.connect() as connection:
        assert connection.scalar(PROCESS_ID) != first


def test_a_server_that_cannot_be_reached_is_away_and_one_that_refuses_is_not(
    postgres_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreachable = [
        "postgresql://me@127.0.0.1:1/lectern",
        "postgresql://me@/lectern?host=/no/such/directory",
        "postgresql://me@no-such-host.invalid/lectern",
    ]
    no_such_role = postgres_url.replace("//postgres", "//nobody")

    assert [name_connecting(url, monkeypatch) for url in unreachable] == [DatabaseAway] * 3
    assert name_connecting(no_such_role, monkeypatch) is DatabaseError


def name_connecting(url: str, monkeypatch: pytest.MonkeyPatch) -> type[Exception]:
    monkeypatch.setenv("LECTERN_DATABASE_URL", url)
    with pytest.raises(DatabaseError) as caught:
        database.engine.connect()
    return caught.type


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("FATAL:  the database system is starting up", DatabaseAway),
        ("FATAL:  the database system is shutting down", DatabaseAway),
        ("FATAL:  the database system is not yet accepting connections", DatabaseAway),
        ("server closed the connection unexpectedly", DatabaseAway),
        ("timeout expired", DatabaseAway),
        ('FATAL:  password authentication failed for user "me"', DatabaseError),
        ('FATAL:  database "lectern" does not exist', DatabaseError),
    ],
)
def test_what_is_said_while_connecting_tells_whether_the_server_is_away(
    said: str, named: type[Exception]
) -> None:
    error = psycopg.OperationalError(f'connection to server at "db", port 5432 failed: {said}')

    with pytest.raises(DatabaseError) as caught, failures.named_database_errors("db"):
        raise OperationalError(None, None, error)

    assert caught.type is named


def test_a_failure_on_a_connection_that_lives_does_not_mean_that_the_server_is_away(
    postgres: Engine,
) -> None:
    with postgres.connect() as connection:
        connection.execute(text("SET statement_timeout = 10"))

        with pytest.raises(DatabaseError) as caught:
            connection.execute(text("SELECT pg_sleep(60)"))

    assert caught.type is DatabaseBusy
