"""Fixtures that all tests share: a data directory of one's own, lessons in it, real recordings."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlmodel import Session

from backend import database
from backend.config.environment import audio_dir
from backend.files import make_private_directory
from backend.models import Lesson
from backend.speech.model_catalogue import CATALOGUE
from backend.speech.verified_files import is_whole
from scripts.fetch_weights import WANTED, WEIGHTS_DIR
from tests.audio_files import NANO_MODEL_DIR

# Machines are shared and slow at times; and a run that others rely on must not depend on chance.
settings.register_profile("own", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "own")

pytest_plugins = ["tests.postgres"]

OWN_VARIABLES = (
    "LECTERN_DATABASE_URL",
    "LECTERN_MODELS_DIR",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data directory, and an environment that says nothing else."""
    directory = tmp_path / "data"
    for variable in OWN_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LECTERN_DATA_DIR", str(directory))
    yield directory
    database.dispose_engines()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(
    request: pytest.FixtureRequest, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The test runs on SQLite and on PostgreSQL; gives the database's kind."""
    if request.param == "postgresql":
        monkeypatch.setenv("LECTERN_DATABASE_URL", request.getfixturevalue("postgres_url"))
    return str(request.param)


@pytest.fixture
def write_config(data_dir: Path) -> Callable[[str], None]:
    """Writes config.yaml."""

    def write(text: str) -> None:
        make_private_directory(data_dir)
        (data_dir / "config.yaml").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def nano_config(write_config: Callable[[str], None]) -> None:
    """The nano model as the configured recogniser."""
    write_config(f'transcription: {{model: "{NANO_MODEL_DIR}", compute_type: int8}}\n')


@pytest.fixture
def lesson_of(data_dir: Path) -> Callable[..., int]:
    """Puts a recording into the audio directory by hand and makes a lesson of it."""

    def make(source: Path | None = None, **fields: Any) -> int:
        if source is not None:
            make_private_directory(audio_dir())
            shutil.copy(source, audio_dir() / source.name)
            fields.setdefault("filename", source.name)
        with Session(database.engine) as session:
            lesson = Lesson(**({"title": "A lesson"} | fields))
            session.add(lesson)
            session.commit()
            assert lesson.id is not None
            return lesson.id

    return make


@pytest.fixture
def stored_lesson(data_dir: Path) -> Callable[[int], Lesson]:
    """Reads a lesson anew from the database."""

    def read(lesson_id: int) -> Lesson:
        with Session(database.engine) as session:
            lesson = session.get(Lesson, lesson_id)
            assert lesson is not None
            session.expunge(lesson)
            return lesson

    return read


@pytest.fixture(scope="session")
def speech_dir() -> Path:
    """Recordings of real people, which are not part of the repository."""
    named = os.environ.get("LECTERN_SPEECH_DIR")
    if not named or not Path(named).is_dir():
        pytest.skip("LECTERN_SPEECH_DIR names no folder of recordings of real people")
    return Path(named)


@pytest.fixture(scope="session")
def weights_dir() -> Path:
    """The models that `make weights` fetches: real Whisper, which is not part of the repository."""
    for name in WANTED:
        model = CATALOGUE[name]
        if not all(is_whole(WEIGHTS_DIR / name / file.name, file) for file in model.files):
            missing = f"the Whisper model {name} is not there: `make weights` fetches it"
            if os.environ.get("CI"):
                pytest.fail(missing)
            pytest.skip(missing)
    return WEIGHTS_DIR
