"""Models in a folder are told by what is in their files."""

import shutil
from pathlib import Path

import pytest

from backend.errors.recognisers import DownloadFailed, NoModelFound
from backend.errors.recordings import NoSuchFile
from backend.speech.model_catalogue import WEIGHTS
from backend.speech.model_folder import add_models
from backend.speech.model_store import RECORD, Source, check_model, installed_models, read_source
from backend.speech.verified_files import sha256_of
from tests.audio_files import NANO_MODEL_DIR
from tests.known_models import NAME, KnownModel, know_nano


@pytest.fixture(scope="module")
def known() -> KnownModel:
    return know_nano()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put(stick: Path, **names: str) -> None:
    """Each file of the nano model onto the stick, under another name where one is given."""
    for file in NANO_MODEL_DIR.iterdir():
        target = stick / names.get(file.stem, file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def add(known: KnownModel, stick: Path, models_dir: Path) -> list[Source | None]:
    arrivals = add_models(stick, models_dir, catalogue=known.catalogue)
    assert [arrival.name for arrival in arrivals] == [NAME]
    return [arrival.source for arrival in arrivals]


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name != RECORD}


def test_files_are_known_whatever_they_are_called_and_wherever_they_lie(
    known: KnownModel, stick: Path, models_dir: Path
) -> None:
    put(stick, model="for the school/model (1).bin", config="Downloads/x", tokenizer="a/b/c")

    assert add(known, stick, models_dir) == [Source.FOLDER]

    assert contents(models_dir / NAME) == contents(NANO_MODEL_DIR)
    assert read_source(models_dir / NAME) is Source.FOLDER
    check_model(models_dir / NAME)


def test_links_are_followed_as_a_hub_s_cache_has_them(
    known: KnownModel, stick: Path, models_dir: Path
) -> None:
    put(stick / "blobs")
    (stick / "snapshots").mkdir()
    for blob in (stick / "blobs").iterdir():
        (stick / "snapshots" / blob.name).symlink_to(blob)

    assert add(known, stick / "snapshots", models_dir) == [Source.FOLDER]


def test_packages_of_the_index_will_do(known: KnownModel, stick: Path, models_dir: Path) -> None:
    for number, wheel in enumerate(known.wheels.values()):
        (stick / f"{number}.whl").write_bytes(wheel)

    assert add(known, stick, models_dir) == [Source.FOLDER]

    assert contents(models_dir / NAME) == contents(NANO_MODEL_DIR)


def test_a_model_that_is_there_is_left_alone(
    known: KnownModel, stick: Path, models_dir: Path
) -> None:
    put(stick)
    add(known, stick, models_dir)

    assert add(known, stick, models_dir) == [None]


def test_a_damaged_model_is_replaced(known: KnownModel, stick: Path, models_dir: Path) -> None:
    put(stick)
    add(known, stick, models_dir)
    weights = models_dir / NAME / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")

    assert add(known, stick, models_dir) == [Source.FOLDER]

    assert contents(models_dir / NAME) == contents(NANO_MODEL_DIR)


def test_one_other_byte_is_another_model(known: KnownModel, stick: Path, models_dir: Path) -> None:
    put(stick)
    weights = bytearray((stick / WEIGHTS).read_bytes())
    weights[1000] ^= 1
    (stick / WEIGHTS).write_bytes(weights)

    with pytest.raises(NoModelFound, match=r"does not know.*transcription\.model"):
        add(known, stick, models_dir)

    assert not models_dir.exists()


def test_what_is_missing_beside_the_weights_is_named(
    known: KnownModel, stick: Path, models_dir: Path
) -> None:
    put(stick)
    (stick / "tokenizer.json").unlink()

    with pytest.raises(NoModelFound, match=r"model\.bin of nano, but not its tokenizer\.json: cop"):
        add(known, stick, models_dir)


def test_a_folder_without_a_model_says_what_one_is(
    known: KnownModel, stick: Path, models_dir: Path
) -> None:
    (stick / "holiday.jpg").write_bytes(b"picture")

    with pytest.raises(NoModelFound, match="holds no whole Whisper model"):
        add(known, stick, models_dir)
    with pytest.raises(NoSuchFile, match="There is no folder"):
        add(known, stick / "absent", models_dir)


def test_a_stick_that_reads_differently_the_second_time_is_told(
    known: KnownModel, stick: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stick)
    (stick / WEIGHTS).write_bytes((stick / WEIGHTS).read_bytes()[:-1] + b"\xff")
    true_checksums = {path.name: sha256_of(path) for path in NANO_MODEL_DIR.iterdir()}
    monkeypatch.setattr(
        "backend.speech.model_folder.sha256_of", lambda path: true_checksums[path.name]
    )

    with pytest.raises(DownloadFailed, match="not the same both times"):
        add(known, stick, models_dir)

    assert installed_models(models_dir) == []
