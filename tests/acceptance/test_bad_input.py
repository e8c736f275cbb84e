"""What people do wrong, and what their disks do: one sentence, an exit status, nothing lost."""

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.models.columns import LARGEST_ID
from tests.acceptance.commands import NANO_CONFIG, Library, assert_sentences, wait_for
from tests.audio_files import (
    AWKWARD_FILE_NAMES,
    Pause,
    Say,
    clipped_square,
    constant,
    cut_copy,
    encode,
    silence,
    speak_nano,
    with_non_finite_samples,
    write_garbage,
    write_subtitles,
    write_text,
    write_video,
    write_wav,
)
from tests.waiting import wait_until

SPEECH = speak_nano([piece for n in range(4) for piece in (Pause(0.5), Say(n))]).waveform
FIRST_SENTENCE = "treaty with a beautiful triangle"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "data")
    made.write_config(NANO_CONFIG)
    return made


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library with lesson 1, which is new, of 14 s. To be copied, not used."""
    directory = tmp_path_factory.mktemp("template")
    made = Library(directory / "data")
    made.write_config(NANO_CONFIG)
    ended = made.run("add", write_wav(directory / "lesson.wav", SPEECH))
    assert ended.status == 0, ended.errors
    return made


@pytest.fixture
def with_lesson(template: Library, tmp_path: Path) -> Library:
    shutil.copytree(template.directory, tmp_path / "data")
    return Library(tmp_path / "data")


# --- recordings that are none ------------------------------------------------------------------


def write_zero_seconds(path: Path) -> Path:
    return write_wav(path, silence(0))


def write_silent_video(path: Path) -> Path:
    return write_video(path, None)


def write_cut_mp4(path: Path) -> Path:
    """Its index stood at the end, which is lost."""
    return cut_copy(encode(path.with_name("whole.mp4"), SPEECH), path)


def write_nothing(path: Path) -> Path:
    path.touch()
    return path


UNUSABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty.wav": (write_nothing, "empty (0 bytes)"),
    "text.wav": (write_text, "not a recording"),
    "garbage.mp3": (write_garbage, "not a recording"),
    "titles.srt": (write_subtitles, "not a recording"),
    "silent.mp4": (write_silent_video, "no audio track"),
    "zero.wav": (write_zero_seconds, "0 s"),
    "cut.mp4": (write_cut_mp4, "cut off"),
}


@pytest.mark.parametrize("command", ["add", "process"])
def test_files_that_are_no_recordings_are_each_named_and_nothing_is_stored(
    command: str, with_lesson: Library, tmp_path: Path
) -> None:
    files = [make(tmp_path / name) for name, (make, _) in UNUSABLE.items()]
    before = with_lesson.kept_files()

    ended = with_lesson.run(command, *files, tmp_path / "missing.wav", tmp_path, "")

    assert ended.status == 1
    assert ended.output == ""
    assert_sentences(ended.errors)
    *lines, missing, folder, nameless = ended.errors.splitlines()
    for line, (name, (_, reason)) in zip(lines, UNUSABLE.items(), strict=True):
        assert name in line
        assert reason in line
    assert "no file" in missing
    assert "missing.wav" in missing
    assert "folder" in folder
    assert "empty" in nameless
    assert with_lesson.kept_files() == before


def test_one_bad_file_does_not_keep_the_others_out(library: Library, tmp_path: Path) -> None:
    good = write_wav(tmp_path / "good.wav", SPEECH)

    ended = library.run("add", "--json", write_text(tmp_path / "bad.wav"), good)

    assert ended.status == 1
    assert [lesson["title"] for lesson in ended.json()] == ["good"]
    assert_sentences(ended.errors, "bad.wav")


# --- recordings that are strange ---------------------------------------------------------------


def test_what_holds_no_speech_is_done_with_a_notice_and_without_a_summary(
    library: Library, tmp_path: Path
) -> None:
    files = [
        write_wav(tmp_path / "short.wav", SPEECH[:3200]),
        write_wav(tmp_path / "silence.wav", silence(3)),
        write_wav(tmp_path / "constant.wav", constant(3)),
        write_wav(tmp_path / "clipped.wav", clipped_square(3)),
    ]

    ended = library.run("process", "--json", *files)

    assert ended.status == 0, ended.errors
    for lesson in ended.json():
        assert lesson["transcript"] == []
        assert lesson["summary"] is None
        assert lesson["brief"] is None
    assert ended.errors.count("No speech was found") == len(files)
    assert {lesson["state"] for lesson in library.lessons()} == {"no speech"}
    shown = library.run("show", "2")
    assert shown.status == 0
    assert "No speech was found" in shown.output
    assert "Summary" not in shown.output
    exported = library.run("export", "2", "--format", "vtt")
    assert exported.output.strip() == "WEBVTT"


def test_recordings_of_every_form_are_heard(library: Library, tmp_path: Path) -> None:
    eight_khz = encode(tmp_path / "8khz.flac", SPEECH[::2], sample_rate_hz=8_000)
    files = [
        write_wav(tmp_path / "8bit.wav", SPEECH, sample_format="u8"),
        write_wav(tmp_path / "24bit.wav", SPEECH, sample_format="s24"),
        write_wav(tmp_path / "six.wav", SPEECH, channels=6),
        write_wav(tmp_path / "96khz.wav", SPEECH.repeat(6), sample_rate_hz=96_000),
        write_video(tmp_path / "video.mp4", SPEECH),
        write_wav(tmp_path / "nan.wav", with_non_finite_samples(SPEECH), sample_format="f32"),
        cut_copy(encode(tmp_path / "whole.flac", SPEECH), tmp_path / "cut.flac"),
    ]

    ended = library.run("process", "--json", eight_khz, *files)

    assert ended.status == 0, ended.errors
    narrow, *others = ended.json()
    assert narrow["transcript"]
    for lesson in others:
        assert FIRST_SENTENCE in lesson["transcript"][0]["text"], lesson["title"]
    not_numbers, cut = others[-2:]
    assert "not numbers" in str(not_numbers["transcript_metadata"]["notices"])
    assert "cut off" in str(cut["transcript_metadata"]["notices"])
    assert "cut off" in ended.errors


# --- file names --------------------------------------------------------------------------------


def test_files_of_every_name_are_added_under_a_safe_name(library: Library, tmp_path: Path) -> None:
    recording = write_wav(tmp_path / "one.wav", SPEECH[:8000]).read_bytes()
    folder = tmp_path / "names"
    folder.mkdir()
    names = [*(name.encode() for name in AWKWARD_FILE_NAMES), b"caf\xe9\x80.wav", b"\x1b[31m.wav"]
    paths = [bytes(folder) + b"/" + name for name in names]
    for path in paths:
        Path(path.decode(errors="surrogateescape")).write_bytes(recording)

    ended = library.run("add", "--json", *paths)

    assert ended.status == 0, ended.errors
    lessons = ended.json()
    assert len(lessons) == len(names)
    stored = {lesson["filename"] for lesson in lessons}
    assert stored == {path.name for path in library.recordings()}
    assert all(name.isascii() for name in stored)
    for lesson in lessons:
        assert lesson["title"].strip()
        assert lesson["title"].isprintable() or "\u200d" in lesson["title"]
    listed = library.run("list")
    assert len(listed.output.splitlines()) == 1 + len(names)


def test_a_name_that_leads_elsewhere_is_read_there_and_stored_here(
    library: Library, tmp_path: Path
) -> None:
    write_wav(tmp_path / "lesson.wav", SPEECH[:8000])
    library.directory.joinpath("audio").mkdir()

    ended = library.run("add", "--json", library.directory / ".." / "lesson.wav")

    (lesson,) = ended.json()
    assert (library.directory / "audio" / lesson["filename"]).is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"data", "lesson.wav"}


def test_a_leading_dash_is_wrong_usage_unless_it_is_made_clear(
    library: Library, tmp_path: Path
) -> None:
    dashed = write_wav(tmp_path / "-rf.wav", SPEECH[:8000])

    assert library.run("add", "-rf.wav").status == 2
    missing = library.run("add", "--", "-rf.wav")
    assert missing.status == 1
    assert_sentences(missing.errors, "-rf.wav")
    assert library.run("add", dashed).status == 0


def test_an_unknown_name_that_is_no_utf8_is_named_in_escapes(library: Library) -> None:
    ended = library.run("add", b"caf\xff\x1b[31m.wav")

    assert ended.status == 1
    assert_sentences(ended.errors, "caf")
    assert "\x1b" not in ended.errors


# --- lessons that are not there ----------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "0"),
        ("show", "--", "-1"),
        ("show", "2"),
        ("show", str(LARGEST_ID + 1)),
        ("transcribe", "9" * 40),
        ("process", "2"),
        ("process", "9" * 40),
        ("correct", "2"),
        ("summarize", "2"),
        ("edit", "2", "--title", "x"),
        ("remove", "2"),
        ("export", "2", "--format", "text"),
    ],
)
def test_a_lesson_that_is_not_there_is_named(
    arguments: tuple[str, ...], with_lesson: Library
) -> None:
    ended = with_lesson.run(*arguments)

    number = next(part for part in arguments if part.lstrip("-").isdigit())
    assert ended.status == 1
    assert ended.output == ""
    assert_sentences(ended.errors, f"no lesson {number}", "lectern list")


@pytest.mark.parametrize("number", ["abc", "1.5", "", "9" * 5000])
def test_what_is_no_number_is_wrong_usage(number: str, library: Library) -> None:
    ended = library.run("show", number)

    assert ended.status == 2
    assert "LESSON" in ended.errors
    assert "Traceback" not in ended.errors


@pytest.mark.parametrize(
    "arguments", [("correct", "1"), ("summarize", "1"), ("export", "1", "--format", "srt")]
)
def test_without_a_transcript_the_first_step_is_named(
    arguments: tuple[str, ...], with_lesson: Library
) -> None:
    ended = with_lesson.run(*arguments)

    assert ended.status == 1
    assert_sentences(ended.errors, "Lesson 1 has no", "lectern ")


def test_a_recording_that_was_taken_away_is_named(with_lesson: Library) -> None:
    (recording,) = with_lesson.recordings()
    recording.unlink()

    ended = with_lesson.run("process", "1")

    assert ended.status == 1
    assert_sentences(ended.errors, recording.name, "lesson 1")
    assert with_lesson.run("remove", "1").status == 0


# --- settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "arguments", "parts"),
    [
        ("provider: [\n", ["process", "1"], ["not YAML"]),
        ("transcription:\n  engine: auto\n  mod", ["config", "show"], ["line 3", "not YAML"]),
        ("sumary: {}\n", ["transcribe", "1"], ["line 1", "sumary", "did you mean `summary`"]),
        ("summary:\n  max_length: many\n", ["process", "1"], ["line 2", "summary.max_length"]),
        ("summary: 3\n", ["config", "show"], ["line 1", "must be a section", "max_length"]),
        ("- a\n- b\n", ["list"], ["line 1"]),
        (b"\xff\xfe\x00", ["list"], ["UTF-8"]),
        ("1: x\n", ["config", "show"], ["line 1"]),
    ],
)
def test_a_broken_config_is_named_with_its_place_and_nothing_is_changed(
    text: str | bytes, arguments: list[str], parts: list[str], with_lesson: Library
) -> None:
    with_lesson.write_config(text)
    before = with_lesson.kept_files()

    ended = with_lesson.run(*arguments)

    assert ended.status == 1
    assert ended.output == ""
    assert_sentences(ended.errors, str(with_lesson.directory / "config.yaml"), *parts)
    assert with_lesson.kept_files() == before


@pytest.mark.parametrize(
    "text",
    [
        "api_key: sk-verysecret\napi_key: sk-verysecret\n",
        'provider: OpenAI\napi_key: "sk-verysecret\n',
        "apikey: sk-verysecret\n",
        "api_key: {key: sk-verysecret}\n",
    ],
)
def test_a_key_in_a_broken_config_is_neither_printed_nor_logged(
    text: str, with_lesson: Library
) -> None:
    with_lesson.write_config(text)

    ended = with_lesson.run("process", "1")

    assert ended.status == 1
    assert_sentences(ended.errors, "config.yaml")
    log = (with_lesson.directory / "logs" / "lectern.log").read_text()
    assert "ConfigError" in log
    assert "verysecret" not in ended.errors + log


def test_a_config_that_cannot_be_read_is_named(library: Library) -> None:
    (library.directory / "config.yaml").unlink()
    (library.directory / "config.yaml").mkdir()

    ended = library.run("config", "show")

    assert ended.status == 1
    assert_sentences(ended.errors, "config.yaml", "directory")


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("sumary.max_length", "3", ["did you mean `summary.max_length`"]),
        ("summary.max_length", "many", ["summary.max_length", "integer"]),
        ("provider", "Mistral", ["provider", "'OpenAI'"]),
        ("base_url", "localhost:11434", ["base_url", "http://"]),
        ("", "", ["no setting"]),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_is_written(
    key: str, value: str, parts: list[str], library: Library
) -> None:
    before = library.kept_files()

    ended = library.run("config", "set", key, value)

    assert ended.status == 1
    assert_sentences(ended.errors, *parts)
    assert library.kept_files() == before


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ('model: "{models}/nothing"', ["nothing", "lectern models download"]),
        ('model: "{models}/half"', ["half", "is missing", "lectern models download"]),
        ('model: "{nano}", device: cuda', ["CUDA", "transcription.device"]),
        ('model: "{nano}", language: xx', ["`xx`", "language"]),
        ("engine: pocketsphinx, language: fr", ["`fr`", "English"]),
    ],
)
def test_a_recogniser_that_cannot_be_used_says_what_to_do(
    settings: str, parts: list[str], with_lesson: Library, tmp_path: Path
) -> None:
    nano = json.loads(NANO_CONFIG.partition("model: ")[2].partition(",")[0])
    shutil.copytree(nano, tmp_path / "half", ignore=shutil.ignore_patterns("model.bin"))
    filled = settings.format(models=tmp_path, nano=nano)
    with_lesson.write_config(f"transcription: {{{filled}}}\n")

    ended = with_lesson.run("process", "1", CUDA_VISIBLE_DEVICES="")

    assert ended.status == 1
    assert_sentences(ended.errors, *parts)


# --- places ------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".", "audio"])
def test_a_file_in_the_place_of_a_directory_is_named(
    place: str, tmp_path: Path, library: Library
) -> None:
    blocked = library.directory / place
    shutil.rmtree(library.directory)
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("here")

    ended = library.run("add", write_wav(tmp_path / "lesson.wav", SPEECH[:8000]))

    assert ended.status == 1
    assert str(blocked) in ended.errors
    assert "Traceback" not in ended.errors
    assert "unexpected error" not in ended.errors
    assert blocked.read_text() == "here"


def test_a_log_that_cannot_be_kept_stops_nothing(with_lesson: Library) -> None:
    shutil.rmtree(with_lesson.directory / "logs")
    (with_lesson.directory / "logs").write_text("here")

    ended = with_lesson.run("list")

    assert ended.status == 0
    assert "lesson" in ended.output
    assert ended.errors.count("\n") == 1
    assert "no log is kept" in ended.errors


@pytest.mark.parametrize(
    ("variable", "value", "parts"),
    [
        ("LECTERN_DATA_DIR", "~nobody-of-this-name/data", ["LECTERN_DATA_DIR"]),
        ("LECTERN_DATA_DIR", "/dev/null/what?", ["question mark"]),
        ("LECTERN_DATABASE_URL", "nonsense:hidden", ["LECTERN_DATABASE_URL"]),
        ("LECTERN_DATABASE_URL", "mysql://u:hidden@h/d", ["LECTERN_DATABASE_URL"]),
        ("LECTERN_DATABASE_URL", "postgresql://u:hidden@h:port/d", ["LECTERN_DATABASE_URL"]),
    ],
)
def test_a_place_that_cannot_be_is_named(
    variable: str, value: str, parts: list[str], library: Library
) -> None:
    ended = library.run("list", **{variable: value})

    assert ended.status == 1
    assert_sentences(ended.errors, *parts)
    assert "hidden" not in ended.errors


# --- the database ------------------------------------------------------------------------------


def test_a_database_of_a_newer_version_is_refused_and_left_alone(with_lesson: Library) -> None:
    with with_lesson.database() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    before = with_lesson.kept_files()

    ended = with_lesson.run("list")

    assert ended.status == 1
    assert_sentences(ended.errors, "newer Lectern", "9999_future")
    assert with_lesson.kept_files() == before


def test_a_database_that_is_none_is_named_and_left_alone(library: Library) -> None:
    (library.directory / "lectern.db").write_bytes(b"not a database" * 1000)
    before = library.kept_files()

    ended = library.run("list")

    assert ended.status == 1
    assert_sentences(ended.errors, "lectern.db")
    assert library.kept_files().items() >= before.items()


def test_processes_that_start_at_once_on_an_empty_directory_all_succeed(
    tmp_path: Path,
) -> None:
    library = Library(tmp_path / "data")
    recording = write_wav(tmp_path / "lesson.wav", SPEECH[:8000])

    started = [library.start("add", recording) for _ in range(4)]
    ended = [wait_for(process) for process in started]

    assert [one.status for one in ended] == [0] * 4, [one.errors for one in ended]
    assert {lesson["id"] for lesson in library.lessons()} == {1, 2, 3, 4}
    assert len(library.recordings()) == 4


def test_two_commands_on_one_lesson_leave_its_whole_transcript(
    library: Library, two_windows: Path
) -> None:
    """The first is held between its windows while the second does all of the work."""
    library.run("add", two_windows)
    first = library.start("transcribe", "1")
    with library.database() as connection:
        wait_until(lambda: count(connection, "transcript_window"), seconds=60)
        first.send_signal(signal.SIGSTOP)
    second = library.run("transcribe", "1", "--json")
    first.send_signal(signal.SIGCONT)
    first_ended = wait_for(first)

    assert second.status == 0, second.errors
    assert first_ended.status in (0, 1)
    whole = [segment["text"] for segment in second.json()["transcript"]]
    shown = library.run("show", "1", "--json").json()["transcript"]
    assert [segment["text"] for segment in shown] == whole


@pytest.fixture(scope="module")
def two_windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six minutes, mostly of silence: one window of 300 s at most, and a second with more text."""
    sentences = [piece for n in range(20) for piece in (Pause(0.5), Say(n))]
    speech = speak_nano([*sentences[:8], Pause(280), *sentences])
    return write_wav(tmp_path_factory.mktemp("audio") / "two-windows.wav", speech.waveform)


# --- full disks --------------------------------------------------------------------------------


def count(connection: object, table: str) -> int:
    (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[attr-defined]
    return int(number)


@contextmanager
def full_database(library: Library) -> Iterator[int]:
    """While it lasts, the next write would make a file longer than the bytes that it gives."""
    log_file = library.directory / "lectern.db-wal"
    with library.database() as writer, library.database() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM lesson").fetchall()  # keeps the log from starting anew
        for version in range(25):
            writer.execute(f"PRAGMA user_version = {version + 1}")  # a page of 4 kB each
        yield log_file.stat().st_size


def test_a_disk_too_full_for_a_recording_leaves_nothing_of_it(
    with_lesson: Library, tmp_path: Path
) -> None:
    long = write_wav(tmp_path / "long.wav", silence(60))
    before = with_lesson.kept_files()

    ended = with_lesson.run_with_small_files(1_000_000, "add", long)

    assert ended.status == 1
    assert_sentences(ended.errors, "long.wav", "free some space")
    assert with_lesson.kept_files() == before
    assert with_lesson.run("add", long).status == 0


def test_a_disk_too_full_for_the_database_loses_neither_library_nor_lesson(
    with_lesson: Library, tmp_path: Path
) -> None:
    small = write_wav(tmp_path / "small.wav", SPEECH[:8000])
    recordings = with_lesson.recordings()
    with full_database(with_lesson) as max_bytes:
        added = with_lesson.run_with_small_files(max_bytes, "add", small)
        transcribed = with_lesson.run_with_small_files(max_bytes, "process", "1")
        removed = with_lesson.run_with_small_files(max_bytes, "remove", "1")

    for ended in (added, transcribed, removed):
        assert ended.status == 1
        assert "full" in ended.errors
        assert "free some space" in ended.errors
        assert "Traceback" not in ended.errors
    assert with_lesson.recordings() == recordings
    (lesson,) = with_lesson.lessons()
    assert lesson["state"] == "new"
    assert with_lesson.run("process", "1").status == 0


def test_a_disk_too_full_for_a_new_database_leaves_none_that_is_half_made(
    tmp_path: Path,
) -> None:
    library = Library(tmp_path / "data")

    ended = library.run_with_small_files(20_000, "list")

    assert ended.status == 1
    assert_sentences(ended.errors, "full", "free some space")
    assert library.lessons() == []


def test_a_disk_too_full_for_an_export_keeps_the_older_file(
    with_lesson: Library, tmp_path: Path
) -> None:
    segments = json.dumps([{"start": 0, "end": 1, "text": "word " * 50_000}])
    with with_lesson.database() as connection:
        connection.execute("UPDATE lesson SET transcript = ?", [segments])
    target = tmp_path / "lesson.txt"
    target.write_text("older")

    full = with_lesson.run_with_small_files(
        100_000, "export", "1", "--format", "text", "-o", target
    )
    nowhere = with_lesson.run("export", "1", "--format", "text", "-o", target / "x.txt")

    assert [full.status, nowhere.status] == [1, 1]
    assert "lesson.txt" in full.errors
    assert_sentences(nowhere.errors, "x.txt")
    assert target.read_text() == "older"
    assert {path.name for path in tmp_path.iterdir()} == {"data", "lesson.txt"}


def test_a_log_on_a_full_disk_is_given_up_with_one_line(with_lesson: Library) -> None:
    log = with_lesson.directory / "logs" / "lectern.log"
    log.write_bytes(b"x" * 200_000)

    ended = with_lesson.run_with_small_files(200_000, "show", "99")

    assert ended.status == 1
    assert ended.errors.count("no log is kept") == 1
    assert "no lesson 99" in ended.errors
    assert "Traceback" not in ended.errors
