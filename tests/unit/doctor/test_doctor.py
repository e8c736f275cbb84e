"""What `lectern doctor` finds, and that everything wrong comes with a way to mend it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from backend import __version__, database
from backend.doctor import surroundings
from backend.doctor.examination import examine
from backend.doctor.findings import Finding, Level
from backend.speech.engines import sphinx_entry
from tests.audio_files import NANO_MODEL_DIR
from tests.unit.task_queue.rows import add_worker, insert_task

DAY_SECONDS = 24 * 3600


@pytest.fixture
def session(each_database: str) -> Iterator[Session]:
    with Session(database.engine) as session:
        yield session


def findings_of(subject: str) -> list[Finding]:
    return [finding for finding in examined() if finding.subject == subject]


def examined() -> list[Finding]:
    """Everything; whatever is not well has a remedy, and all are whole sentences."""
    findings = list(examine())
    for finding in findings:
        assert finding.message.endswith("."), finding
        assert (finding.level is Level.OK) == (finding.remedy == ""), finding
        assert finding.level is Level.OK or finding.remedy.endswith("."), finding
    return findings


def worst(subject: str) -> Finding:
    order = list(Level)
    return max(findings_of(subject), key=lambda finding: order.index(finding.level))


# --- a sound library -------------------------------------------------------------------------


@pytest.mark.usefixtures("each_database", "nano_config")
def test_nothing_is_wrong_with_a_sound_library(data_dir: Path) -> None:
    findings = examined()

    assert {finding.level for finding in findings} == {Level.OK}
    subjects = {finding.subject for finding in findings}
    assert subjects >= {"versions", "disk", "configuration", "recogniser", "provider", "database"}
    assert subjects >= {"engine", "workers", "queue", "running", "recordings"}
    (versions,) = findings_of("versions")
    for package in ("dbos", "faster-whisper", "ctranslate2"):
        assert f"{package} {metadata.version(package)}" in versions.message


def test_nothing_heavy_is_loaded_to_say_the_versions() -> None:
    code = (
        "import sys; from backend.doctor.surroundings import check_versions;"
        "print(check_versions().level);"
        "print([m for m in ('dbos', 'ctranslate2', 'faster_whisper') if m in sys.modules])"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.split("\n")[:2] == ["ok", "[]"]


def test_a_missing_package_is_an_error_and_the_end(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "PACKAGES", ("dbos", "no-such-package"))

    (finding,) = examined()

    assert finding.level is Level.ERROR
    assert "no-such-package" in finding.message


# --- workers ---------------------------------------------------------------------------------


def test_a_dead_worker_is_told_from_a_live_one(session: Session) -> None:
    add_worker(session, "alive", version=__version__)
    add_worker(session, "dead", seen_seconds_ago=600, version=__version__)

    alive, dead = sorted(findings_of("workers"), key=lambda finding: finding.level)

    assert alive.level is Level.OK
    assert alive.message.startswith("alive was seen")
    assert dead.level is Level.WARNING
    assert "dead on host was seen 10 min ago" in dead.message


def test_a_worker_of_another_version_is_noticed(session: Session) -> None:
    add_worker(session, "old", version="0.0.1")

    assert worst("workers").level is Level.WARNING
    assert "0.0.1" in worst("workers").message


# --- queues ----------------------------------------------------------------------------------


def test_work_that_no_live_worker_does_is_an_error(session: Session) -> None:
    add_worker(session, "language", stages="correction,summary")
    insert_task(session, task_type="correction")
    insert_task(session, task_type="process")
    insert_task(session, task_type="process", stage="summary")

    by_kind = {f.message.partition(":")[0]: f for f in findings_of("queue")}

    assert by_kind["correction"].level is Level.OK
    assert by_kind["summary"].level is Level.OK
    assert by_kind["process"].level is Level.ERROR
    assert "no live worker" in by_kind["process"].message
    assert "`lectern worker`" in by_kind["process"].remedy


def test_waiting_work_is_an_error_where_the_only_worker_died(session: Session) -> None:
    add_worker(session, "dead", seen_seconds_ago=600)
    insert_task(session, task_type="summary", created_at="2026-01-01 00:00:00")

    finding = worst("queue")

    assert finding.level is Level.ERROR
    assert finding.message.startswith("summary: 1 task is waiting, the oldest for")
    assert " d, " in finding.message


def test_a_task_between_two_stages_waits(session: Session) -> None:
    insert_task(session, task_type="process", status="running", stage="correction")

    assert worst("queue").message.startswith("correction: 1 task is waiting")
    assert worst("running").level is Level.OK


def test_a_task_that_waits_for_another_is_counted(session: Session) -> None:
    add_worker(session, "w")
    first = insert_task(session, task_type="summary")
    insert_task(session, task_type="summary", depends_on=first)

    assert any("for another to be completed" in f.message for f in findings_of("queue"))


def test_rows_that_nobody_should_have_written_stop_nothing(session: Session) -> None:
    insert_task(session, task_type="nonsense \x1b[31m", parameters="[]")
    odd = insert_task(session, task_type="summary", status="bogus")

    findings = findings_of("queue")

    assert any(f"Task {odd} is in a status" in f.message for f in findings)
    assert any("nonsense" in f.message and f.level is Level.ERROR for f in findings)


# --- running and orphaned work ---------------------------------------------------------------


def run_task(session: Session, worker: str) -> int:
    return insert_task(
        session, task_type="summary", status="running", stage="summary", claim="c", worker=worker
    )


def test_a_running_task_of_a_live_worker_is_well(session: Session) -> None:
    add_worker(session, "w")
    run_task(session, "w")

    (finding,) = findings_of("running")

    assert finding == Finding(Level.OK, "running", "1 task is running.")


def test_the_tasks_of_a_dead_worker_need_a_live_one(session: Session) -> None:
    add_worker(session, "dead", seen_seconds_ago=600)
    first, second = run_task(session, "dead"), run_task(session, "unknown")

    alone = worst("running")
    add_worker(session, "alive")
    helped = worst("running")

    assert (alone.level, helped.level) == (Level.ERROR, Level.WARNING)
    assert alone.message == f"Tasks {first}, {second} are held by no live worker."
    assert "`lectern worker`" in alone.remedy


def test_a_task_that_was_inserted_as_running_is_told(session: Session) -> None:
    task_id = insert_task(session, task_type="summary", status="running")

    finding = worst("running")

    assert finding.level is Level.WARNING
    assert f"Task {task_id} is inserted as `running`" in finding.message
    assert f"`lectern tasks cancel {task_id}`" in finding.remedy


def test_many_tasks_are_counted_and_the_first_named(session: Session) -> None:
    ids = [run_task(session, "unknown") for _ in range(8)]

    assert f"{ids[4]} and 3 more" in worst("running").message


# --- database --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/lectern", "mysql://x", "postgresql://h:port/x"]
)
def test_a_database_that_is_away_hides_nothing_else(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", url)

    findings = examined()

    (finding,) = (f for f in findings if f.subject == "database")
    assert finding.level is Level.ERROR
    assert {"versions", "disk", "configuration", "provider"} <= {f.subject for f in findings}


def test_a_postgresql_database_of_an_older_version_wants_an_upgrade(
    postgres_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001_first'"))
    database.dispose_engines()

    assert "`lectern db upgrade`" in worst("database").remedy


def test_a_file_that_is_no_database_is_an_error(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "lectern.db").write_text("This is a letter, and no database at all.\n" * 50)

    assert worst("database").level is Level.ERROR


def test_a_damaged_sqlite_file_is_an_error(data_dir: Path) -> None:
    with Session(database.engine) as session:
        for _ in range(500):
            insert_task(session, task_type="summary", error="x" * 200)
    database.dispose_engines()
    file = data_dir / "lectern.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_task_task_type'"
        ).fetchone()
    with file.open("r+b") as stream:
        stream.seek((root - 1) * page_bytes)
        stream.write(b"\xa5" * page_bytes)

    (finding,) = findings_of("database")

    assert finding.level is Level.ERROR
    assert "lectern.db is damaged" in finding.message
    assert "backup" in finding.remedy


def test_the_engine_s_tables_are_missed_once_tasks_were_handed_over(session: Session) -> None:
    assert worst("engine").level is Level.OK
    insert_task(session, task_type="summary", stage="summary", run_id="task-1-1-summary")

    assert worst("engine").level is Level.WARNING


def test_the_engine_s_tables_are_found(
    session: Session, data_dir: Path, each_database: str
) -> None:
    if each_database == "sqlite":
        data_dir.mkdir()
        (data_dir / "lectern-engine.db").touch()
    else:
        session.execute(text("CREATE SCHEMA lectern_engine"))
        session.commit()

    (finding,) = findings_of("engine")

    assert finding.level is Level.OK
    assert "lectern" in finding.message
    assert "will make" not in finding.message


# --- settings --------------------------------------------------------------------------------


def test_a_broken_config_is_a_finding_and_no_crash(
    each_database: str, write_config: Callable[[str], None]
) -> None:
    write_config("sumary: {}\n")

    findings = examined()

    (finding,) = (f for f in findings if f.subject == "configuration")
    assert finding.level is Level.ERROR
    assert "line 1" in finding.message
    assert "database" in {f.subject for f in findings}


def test_a_data_directory_that_cannot_be_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_DATA_DIR", "/tmp/what?")

    assert worst("data directory").level is Level.ERROR


def test_a_provider_without_a_key_is_an_error(write_config: Callable[[str], None]) -> None:
    write_config("provider: Anthropic\n")

    assert worst("provider").level is Level.ERROR
    assert "ANTHROPIC_API_KEY" in worst("provider").remedy


def test_a_provider_is_named_and_its_key_is_not(write_config: Callable[[str], None]) -> None:
    write_config("provider: OpenAI\napi_key: sk-secret\n")

    assert worst("provider").level is Level.OK
    assert "secret" not in str(examined())


@pytest.mark.parametrize(
    ("setting", "level"),
    [
        ("{engine: pocketsphinx}", Level.OK),
        ("{model: small}", Level.WARNING),
        ("{model: small, engine: faster-whisper}", Level.ERROR),
        ("{model: /nowhere/small}", Level.ERROR),
        ("{model: 'no / name'}", Level.ERROR),
        ("{model: cut}", Level.ERROR),
    ],
)
def test_a_recogniser_that_cannot_be_used_is_told(
    data_dir: Path, write_config: Callable[[str], None], setting: str, level: Level
) -> None:
    write_config(f"transcription: {setting}\n")
    shutil.copytree(NANO_MODEL_DIR, data_dir / "models" / "cut")
    (data_dir / "models" / "cut" / "model.bin").write_bytes(b"")

    assert worst("recogniser").level is level
    said = [f for f in examined() if "model.bin is empty" in f.message]
    assert len(said) == 1, "one file, one line"


@pytest.mark.parametrize("setting", ["{engine: pocketsphinx}", "{model: small}"])
def test_a_built_in_recogniser_that_is_chosen_and_not_there_is_an_error(
    data_dir: Path,
    write_config: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
) -> None:
    write_config(f"transcription: {setting}\n")
    monkeypatch.setattr(sphinx_entry, "find_spec", lambda name: None)

    assert worst("recogniser").level is Level.ERROR
    assert "lectern models download small" in worst("recogniser").remedy


# --- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free_bytes", "level"), [(10**10, Level.OK), (10**9, Level.WARNING), (10**8, Level.ERROR)]
)
def test_a_disk_that_fills_is_told_in_time(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, free_bytes: int, level: Level
) -> None:
    usage = shutil.disk_usage(data_dir.parent)._replace(free=free_bytes)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    assert surroundings.check_disk(data_dir).level is level


def test_a_recording_that_is_gone_is_told(
    each_database: str, data_dir: Path, lesson_of: Callable[..., int], tmp_path: Path
) -> None:
    (tmp_path / "there.wav").write_bytes(b"x")
    lesson_of(tmp_path / "there.wav")
    lesson_of()
    gone = lesson_of(filename="gone.wav")

    finding = worst("recordings")

    assert finding.level is Level.WARNING
    assert f"gone.wav (lesson {gone})" in finding.message
    assert "there.wav" not in finding.message


def test_what_a_dead_process_left_is_named_once_it_is_old(data_dir: Path) -> None:
    old = [data_dir / "audio" / ".incoming-1.wav", data_dir / "models" / ".small.partial"]
    new = data_dir / "audio" / ".incoming-2.wav"
    for path in (*old, new):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    for path in old:
        os.utime(path, (0, time.time() - 2 * DAY_SECONDS))
    (data_dir / "lectern.before-upgrade-from-0001_first.db").touch()

    partial, copies = findings_of("leftover files")

    assert all(str(path) in partial.message for path in old)
    assert str(new) not in partial.message
    assert "0001_first" in copies.message


# --- what others can read --------------------------------------------------------------------


@pytest.mark.usefixtures("each_database", "nano_config")
def test_a_data_directory_that_others_can_read_is_named(data_dir: Path) -> None:
    data_dir.chmod(0o750)

    finding = worst("data directory")

    assert finding.level is Level.WARNING
    assert str(data_dir) in finding.message


@pytest.mark.parametrize(
    ("settings", "secret"),
    [("api_key: sk-1\n", "a key"), ("base_url: http://ada:secret@box/v1\n", "a password")],
)
def test_a_settings_file_with_a_secret_that_others_can_read_is_named(
    settings: str, secret: str, data_dir: Path, write_config: Callable[[str], None]
) -> None:
    write_config(settings)
    path = data_dir / "config.yaml"
    path.chmod(0o644)
    open_to_others = worst("configuration")
    path.chmod(0o600)

    assert open_to_others.level is Level.ERROR
    assert secret in open_to_others.message
    assert worst("configuration").level is Level.OK
    assert not any("ada:secret" in f"{each.message}{each.remedy}" for each in examined())


def test_a_key_that_is_not_sent_is_named_with_its_server(
    write_config: Callable[[str], None],
) -> None:
    write_config(
        "api_key: sk-1\napi_key_server: https://api.openai.com\n"
        "provider: OpenAI\nbase_url: http://box:1/v1\n"
    )

    finding = worst("provider")

    assert finding.level is Level.WARNING
    assert "typed for https://api.openai.com" in finding.message
