"""The command line as its users meet it: commands, JSON, pipes, terminals, Ctrl-C, removal."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import NANO_CONFIG, Library, assert_sentences, wait_for
from tests.audio_files import Pause, Say, speak_nano, write_wav
from tests.waiting import wait_until

SENTENCES = [piece for n in range(4) for piece in (Pause(0.5), Say(n))]
HOSTILE = "a\x1b[31mb\x9b32mc\rd\x07e\nf\x00g\u202e"
STAGES = ("transcription", "correction", "summary")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """14 s of speech."""
    path = tmp_path_factory.mktemp("audio") / "Light and colour.wav"
    return write_wav(path, speak_nano(SENTENCES).waveform)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, recording: Path) -> Library:
    """A library whose lesson 1 is done and lesson 2 is new. To be copied, not used."""
    made = Library(tmp_path_factory.mktemp("template") / "data")
    made.write_config(NANO_CONFIG)
    assert made.run("add", recording, recording).status == 0
    processed = made.run("process", "1")
    assert processed.status == 0, processed.errors
    return made


@pytest.fixture
def library(template: Library, tmp_path: Path) -> Library:
    shutil.copytree(template.directory, tmp_path / "data")
    return Library(tmp_path / "data")


# --- what a command loads ----------------------------------------------------------------------

HEAVY = ("faster_whisper", "pocketsphinx", "langchain", "openai", "anthropic", "dbos")
HELP = "import contextlib\nfrom backend.cli import main\nwith contextlib.suppress(SystemExit):"


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import backend.tasks", HEAVY),
        (f"{HELP} main(['--help'])", (*HEAVY, "sqlmodel", "sqlalchemy")),
    ],
)
def test_nothing_heavy_is_loaded_for_nothing(code: str, heavy: tuple[str, ...]) -> None:
    report = f"{code}\nimport sys\nprint('\\nloaded:', *sys.modules)"

    ended = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True
    )

    _, _, loaded = ended.stdout.partition("loaded: ")
    assert "backend" in loaded.split()
    assert not [module for module in loaded.split() if module.startswith(heavy)]


def test_help_names_every_command_and_touches_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path / "data")

    helped = library.run("--help")
    helped_command = library.run("process", "-h")
    bare = library.run()

    assert [helped.status, helped_command.status, bare.status] == [0, 0, 2]
    for command in ("add", "list", "show", "edit", "remove", "process", "export", "models"):
        assert f"\n  {command} " in helped.output
    assert "--again" in helped_command.output
    assert max(map(len, helped.output.splitlines())) <= 80
    assert not library.directory.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["add"],
        ["list", "--jsn"],
        ["edit", "1"],
        ["edit", "1", "--date", "yesterday"],
        ["export", "1"],
        ["export", "1", "--format", "epub"],
        ["correct", "1", "--max-concurrency", "0"],
        ["add", "a.wav", "b.wav", "--title", "both"],
    ],
)
def test_wrong_usage_ends_with_2_and_touches_nothing(arguments: list[str], tmp_path: Path) -> None:
    library = Library(tmp_path / "data")

    ended = library.run(*arguments)

    assert ended.status == 2
    assert ended.output == ""
    assert "Usage: lectern" in ended.errors
    assert not library.directory.exists()


# --- JSON --------------------------------------------------------------------------------------

LISTED = {"id", "title", "filename", "duration", "language", "date", "course", "state"}
IN_FULL = {
    *("id", "title", "date", "course_id", "filename", "duration", "language", "brief", "summary"),
    *("transcript", "corrected_transcript"),
    *("transcript_metadata", "correction_metadata", "summary_metadata"),
}


def test_every_command_gives_json_and_nothing_else(
    library: Library, recording: Path, tmp_path: Path
) -> None:
    def json_of(*arguments: str | Path) -> Any:
        ended = library.run(*arguments, "--json")
        assert ended.status == 0, ended.errors
        return ended.json()

    (added,) = json_of("add", recording, "--title", "Licht — אור 🎓", "--language", "en")
    assert added["id"] == 3
    assert added["title"] == "Licht — אור 🎓"
    assert added["language"] == "en"
    assert json_of("edit", "3", "--course", "Physics")["course"] == "Physics"
    assert json_of("list")[0].keys() >= LISTED
    (processed,) = json_of("process", "3")
    assert processed.keys() >= IN_FULL
    assert processed["transcript"][0].keys() >= {"start", "end", "text"}
    assert processed["duration"] == pytest.approx(13.9, abs=0.1)
    assert processed == json_of("show", "3")
    assert processed["transcript"] == json_of("transcribe", "3")["transcript"]
    assert json_of("correct", "3")["corrected_transcript"]
    assert json_of("summarize", "3", "--original")["summary_metadata"]["layer"] == "transcript"
    exported = json_of("export", "3", "--format", "json", "-o", tmp_path / "lesson.json")
    assert exported["file"] == str(tmp_path / "lesson.json")
    assert json.loads((tmp_path / "lesson.json").read_text())["segments"]
    assert json_of("remove", "3") == {"id": 3, "removed": True}
    assert json_of("models", "list") == []
    assert json_of("config", "set", "summary.max_length", "120")["settings"]
    shown = json_of("config", "show")
    assert shown["data_dir"] == str(library.directory)
    assert shown["settings"]["summary"]["max_length"] == 120
    assert json_of("db", "upgrade")["before"] == json_of("db", "upgrade")["after"]


def test_json_of_odd_titles_is_valid_in_any_encoding(library: Library) -> None:
    with library.database() as connection:
        connection.execute("UPDATE lesson SET title = ? WHERE id = 1", [HOSTILE + "🎓ש"])

    for encoding in ("utf-8", "latin-1", "ascii"):
        ended = library.run("list", "--json", PYTHONIOENCODING=encoding)
        assert ended.json()[0]["title"] == HOSTILE + "🎓ש"
    assert library.run("list", PYTHONIOENCODING="latin-1:strict").status == 0


def test_a_key_is_shown_by_no_command(library: Library) -> None:
    library.run("config", "set", "api_key", "sk-verysecret")

    shown = library.run("config", "show")
    in_json = library.run("config", "show", "--json", OPENAI_API_KEY="sk-alsosecret")

    assert "secret" not in shown.output + shown.errors + in_json.output
    assert in_json.json()["settings"]["api_key"] == "(set)"
    assert (library.directory / "config.yaml").stat().st_mode & 0o077 == 0


def test_a_key_that_is_not_sent_to_another_server_is_asked_for_again(library: Library) -> None:
    library.run("config", "set", "provider", "OpenAI")
    library.run("config", "set", "api_key", "sk-verysecret")

    moved = library.run("config", "set", "base_url", "http://ada:geheimnis@127.0.0.1:9/v1")
    shown = library.run("config", "show")
    corrected = library.run("correct", "2")
    examined = library.run("doctor")
    said = [moved.errors, shown.output, corrected.errors, examined.output]
    said.append((library.directory / "logs" / "lectern.log").read_text())

    assert "typed for https://api.openai.com, so it is not sent to http://127.0.0.1:9" in said[0]
    assert "base_url: http://***@127.0.0.1:9/v1" in shown.output
    assert "is not sent to http://127.0.0.1:9/v1" in examined.output
    assert not any(secret in text for secret in ("sk-very", "geheimnis") for text in said)


def test_a_library_that_others_could_read_is_closed_by_any_command_but_doctor(
    library: Library,
) -> None:
    library.directory.chmod(0o755)

    examined = library.run("doctor")
    is_open = bool(library.directory.stat().st_mode & 0o077)
    listed, again = library.run("list", "--json"), library.run("list")

    assert is_open
    assert "Others on this computer can read" in examined.output
    assert listed.errors.count("Others could read") == 1
    assert len(listed.json()) > 0
    assert library.directory.stat().st_mode & 0o077 == 0
    assert again.errors == ""


# --- what people read --------------------------------------------------------------------------


def test_a_lesson_from_recording_to_text(library: Library) -> None:
    processed = library.run("process", "2")
    again = library.run("process", "2")
    shown = library.run("show", "2")
    exported = library.run("export", "2", "--format", "text")

    assert processed.output.startswith("Lesson 2: Light and colour\n")
    assert "lectern show 2" in processed.output
    assert "transcription: 0:00 of 0:13" in processed.errors
    assert "done already" in again.output
    assert again.errors == ""
    for heading in ("In brief", "Summary", "Corrected transcript"):
        assert f"\n\n{heading}\n\n" in shown.output
    assert "beautiful triangle" in exported.output
    assert exported.errors == ""


def test_the_same_recording_is_noticed(library: Library, recording: Path) -> None:
    ended = library.run("add", recording)

    assert ended.status == 0
    assert "already has this recording: lessons 1 and 2" in ended.errors


def test_a_date_is_said_or_stands_in_the_name_of_the_file(
    library: Library, recording: Path, tmp_path: Path
) -> None:
    dated = tmp_path / "GMT20250305-091500_Recording.wav"
    dated.write_bytes(recording.read_bytes())

    library.run("add", dated)
    library.run("add", dated, "--date", "2026-02-03")

    *_, read, said = sorted(library.lessons(), key=lambda lesson: lesson["id"])
    assert read["date"] == "2025-03-05T09:15:00+00:00"
    assert said["date"] == "2026-02-03T00:00:00+00:00"


def test_only_what_is_named_is_edited(library: Library) -> None:
    before, other = library.lessons()

    ended = library.run("edit", "1", "--date", "2026-02-03T12:30+02:00", "--course", "Optics")

    assert ended.status == 0
    changed = {lesson["id"]: lesson for lesson in library.lessons()}
    expected = {"date": "2026-02-03T10:30:00+00:00", "course": "Optics"}
    assert changed[1] == before | expected | {"course_id": changed[1]["course_id"]}
    assert changed[2] == other


def test_a_reader_that_stops_early_is_no_error(library: Library) -> None:
    segments = [{"start": n, "end": n + 1, "text": "word " * 20} for n in range(5000)]
    with library.database() as connection:
        connection.execute("UPDATE lesson SET corrected_transcript = ?", [json.dumps(segments)])

    with library.start("show", "1") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()

    assert errors == b""


def test_what_nobody_foresaw_is_one_line_and_its_trace_is_in_the_log(library: Library) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = wait_for(library.start("list", stdout=full))

    assert ended.status == 1
    assert len(ended.errors.splitlines()) == 1
    assert "No space left on device" in ended.errors
    assert "Traceback" in (library.directory / "logs" / "lectern.log").read_text()


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("a b/données/שיעור", {"LANG": "C", "LC_ALL": "C"}),
        ("100% #1 &c", {"NO_COLOR": "1", "COLUMNS": "20"}),
        ("'quoted\" `name`", {"HOME": "", "LANG": "en_US.UTF-8"}),
    ],
)
def test_a_library_works_anywhere_and_in_any_environment(
    name: str, environment: dict[str, str], template: Library, recording: Path, tmp_path: Path
) -> None:
    shutil.copytree(template.directory, tmp_path / name / "data")
    library = Library(tmp_path / name / "data", environment)
    title = "Ein sehr langer Titel: " + "é" * 500

    assert library.run("add", recording, "--title", title).status == 0
    listed = library.run("list")

    assert listed.status == 0
    assert title in listed.output
    assert len(listed.output.splitlines()) == 4
    (data,) = (tmp_path / name).iterdir()
    assert {path.name for path in data.iterdir()} >= {"audio", "lectern.db", "config.yaml"}


# --- terminals ---------------------------------------------------------------------------------


def test_a_terminal_shows_a_bar_and_a_pipe_lines(library: Library) -> None:
    status, written = library.run_on_terminal("process", "--again", "1")
    piped = library.run("process", "--again", "1")

    assert status == 0
    assert b"\x1b[2K" in written
    assert "━" in written.decode()
    assert "\x1b" not in piped.errors + piped.output
    assert "transcription: " in piped.errors
    assert "━" not in piped.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["show", "1"],
        ["process", "1"],
        ["export", "1", "--format", "text"],
        ["export", "1", "--format", "json"],
        ["list", "--json"],
        ["edit", "1", "--course", "x"],
        ["config", "set", "a\x1b[31mb", "x"],
        ["add", "a\x1b[31mb"],
    ],
)
def test_what_a_terminal_would_obey_does_not_reach_it(
    arguments: list[str], library: Library
) -> None:
    segments = json.dumps([{"start": 0, "end": 1, "text": HOSTILE}])
    with library.database() as connection:
        connection.execute(
            "UPDATE lesson SET title = ?, brief = ?, summary = ?, corrected_transcript = ?,"
            " summary_metadata = json_remove(summary_metadata, '$.moments')",
            [HOSTILE, HOSTILE, HOSTILE, segments],
        )

    _, written = library.run_on_terminal(*arguments)

    text = written.decode()
    assert text.strip()
    assert not [part for part in ("\x1b[31m", "\x9b", "\x07", "\x00", "c\rd") if part in text]


def test_a_hostile_title_takes_one_line(library: Library) -> None:
    with library.database() as connection:
        connection.execute("UPDATE lesson SET title = ?", [HOSTILE])

    assert len(library.run("list").output.splitlines()) == 3
    ended = library.run("edit", "1", "--title", HOSTILE.replace("\x00", ""), "--json")
    assert ended.json()["title"].splitlines() == [ended.json()["title"]]


# --- stopping ----------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(
    library: Library, tmp_path: Path
) -> None:
    """The recording has two windows: the command is stopped in the second."""
    speech = [piece for n in range(30) for piece in (Pause(0.5), Say(n))]
    long = write_wav(tmp_path / "long.wav", speak_nano([*SENTENCES, Pause(285), *speech]).waveform)
    library.run("add", long)

    process = library.start("process", "3")
    with library.database() as connection:
        wait_until(
            lambda: connection.execute("SELECT 1 FROM transcript_window").fetchall(), seconds=60
        )
    process.send_signal(signal.SIGINT)
    stopped = wait_for(process)
    resumed = library.run("process", "3")

    assert stopped.status == 130
    assert stopped.errors.splitlines()[-1].startswith("lectern: stopped.")
    assert "Traceback" not in stopped.errors
    assert resumed.status == 0
    assert "transcription: 0:00" not in resumed.errors
    transcript = library.run("show", "3", "--json").json()["transcript"]
    assert transcript[0]["start"] < 2
    assert transcript[-1]["end"] > 300


# --- removal -----------------------------------------------------------------------------------


def test_a_removed_lesson_leaves_nothing(library: Library) -> None:
    rare = "Zwergflusspferd"
    segments = json.dumps([{"start": 0, "end": 1, "text": f"{rare} " * 500}])
    with library.database() as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(
            "UPDATE lesson SET title = ?, transcript = ?, corrected_transcript = ?, summary = ?"
            " WHERE id = 2",
            [rare, segments, segments, rare],
        )
        connection.execute(
            "INSERT INTO transcript_window (lesson_id, fingerprint, position, start, end,"
            " speech_seconds, segments, created_at) VALUES (2, 'f', 0, 0, 1, 1, ?, '2026-01-01')",
            [segments],
        )
        connection.execute(
            "INSERT INTO llm_run (id, lesson_id, stage, created_at) VALUES (1, 2, 's', '2026')"
        )
        connection.execute(
            "INSERT INTO llm_call (run_id, key, attempt, outcome, provider, model, response,"
            " created_at) VALUES (1, 'k', 0, 'answered', 'p', 'm', ?, '2026-01-01')",
            [json.dumps({"text": rare})],
        )
    kept, removed = library.lessons()

    with library.database() as connection:
        # While another program has it open, SQLite keeps its write-ahead log.
        connection.execute("SELECT * FROM lesson").fetchall()
        ended = library.run("remove", "2")

        assert ended.status == 0
        for path in library.directory.rglob("*"):
            if path.is_file():
                assert rare.encode() not in path.read_bytes(), path.name
                assert removed["filename"].encode() not in path.read_bytes(), path.name
        assert [path.name for path in library.recordings()] == [kept["filename"]]
        assert library.lessons() == [kept]
        for table in ("transcript_window", "llm_run", "llm_call"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.parametrize(("answer", "left"), [(b"n\n", [1, 2]), (b"y\n", [1])])
def test_a_removal_on_a_terminal_is_asked_for(
    answer: bytes, left: list[int], library: Library
) -> None:
    status, written = library.run_on_terminal("remove", "2", typed=answer)

    assert status == (0 if left == [1] else 1)
    assert b"Delete it permanently?" in written
    assert [lesson["id"] for lesson in library.lessons()] == left


# --- reruns ------------------------------------------------------------------------------------


def test_a_worse_text_takes_no_better_ones_place_until_that_is_said(library: Library) -> None:
    before = library.run("show", "1", "--json").json()
    typed = library.run("config", "set", "transcription.model", "smal")
    library.write_config("transcription: {engine: pocketsphinx}\n")

    refused = library.run("transcribe", "1")
    asked, written = library.run_on_terminal("transcribe", "1", typed=b"n\n")
    kept = library.run("show", "1", "--json").json()
    forced = library.run("transcribe", "1", "--force")

    assert typed.status == 1
    assert_sentences(typed.errors, "did you mean `small`")
    assert refused.status == 1
    assert_sentences(refused.errors, "Whisper", "the built-in speech recognition", "--force")
    assert (asked, b"Replace it anyway?" in written) == (1, True)
    assert kept["transcript"] == before["transcript"]
    assert forced.status == 0
    assert library.run("restore", "1", "transcript").status == 0
    assert library.run("show", "1", "--json").json()["transcript"] == before["transcript"]
