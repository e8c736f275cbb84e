"""Whisper models on this machine: finding, checking and naming them.

A model is a directory with the files that faster-whisper reads, converted for CTranslate2. It is
used only after `check_model`: faster-whisper itself would go to the network for a missing
tokenizer.json, and fail with a library's error on a cut model.bin.
"""

import difflib
import json
import re
import struct
import time
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from backend.errors.recognisers import ModelIncomplete, ModelNotInstalled, UnknownModel
from backend.speech.model_catalogue import CATALOGUE, PREPROCESSOR, WEIGHTS

VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
SMALL_FILES = ("config.json", PREPROCESSOR, "tokenizer.json", *VOCABULARIES)
MODEL_FILES = (*SMALL_FILES, WEIGHTS)
"""All that faster-whisper reads, in the order in which it is downloaded."""

AUTO_MODEL = "auto"
"""In the place of a name: the best model that is installed."""

RECORD = "source.json"
"""Beside them: where Lectern had a model from."""

PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
REPOSITORY_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}")

WEIGHTS_VERSION = 6
"""The version of CTranslate2's binary format, the only one that Whisper models were written in."""

DEFAULT_MEL_BANDS = 80
"""What faster-whisper takes where preprocessor_config.json does not say."""

SAMPLES = 16
SAMPLE_BYTES = 1 << 16


# --- names and places ------------------------------------------------------------------------


def resolve_model(name_or_directory: str, models_dir: Path) -> Path:
    """The directory that the setting `transcription.model` means; it need not exist.

    A path is one that is absolute, begins with `~` or `.`, or has a separator and exists.
    Everything else is a name under `models_dir`; `owner/repository` is there as
    `owner--repository`.

    Raises
    ------
    UnknownModel
        If it is neither a path nor a possible name.
    """
    if name_or_directory.startswith(("~", ".")) or Path(name_or_directory).is_absolute():
        return _expand(name_or_directory)
    if "/" in name_or_directory and _is_directory(Path(name_or_directory)):
        return Path(name_or_directory).absolute()
    return models_dir / directory_name(name_or_directory)


def find_model(name_or_directory: str, models_dir: Path) -> Path:
    """What `resolve_model` gives, of a directory or of a name that can be meant.

    Raises
    ------
    UnknownModel
    """
    directory = resolve_model(name_or_directory, models_dir)
    is_name = directory.parent == models_dir
    if is_name and not directory.exists() and not is_known_name(name_or_directory):
        raise unknown_model(name_or_directory, models_dir)
    return directory


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, or a parent that may not be read
        return False


def _expand(path: str) -> Path:
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise ModelNotInstalled(
            f"The Whisper directory {path} cannot be found ({error}): write it in full.",
            facts={"folder": path},
        ) from error


def directory_name(name: str) -> str:
    if not (PLAIN_NAME.fullmatch(name) or REPOSITORY_NAME.fullmatch(name)):
        raise UnknownModel(
            f"{name!r} is neither a directory that exists nor the name of a Whisper model: "
            f"use a directory, or one of {', '.join(CATALOGUE)}.",
            facts={"model": name},
        )
    return name.replace("/", "--")


def is_known_name(name: str) -> bool:
    """Whether a name can be downloaded: a usual one, or `owner/repository`, which only the hub can
    say there is."""
    return name in CATALOGUE or REPOSITORY_NAME.fullmatch(name) is not None


def unknown_model(name: str, models_dir: Path) -> UnknownModel:
    """The error for a name that no model has, with the names that are near it."""
    names = sorted({*CATALOGUE, *(model.name for model in installed_models(models_dir))})
    near = difflib.get_close_matches(name, names, n=3)
    meant = f"did you mean {' or '.join(f'`{each}`' for each in near)}? " if near else ""
    error = UnknownModel(
        f"There is no Whisper model `{name}`: {meant}There are {', '.join(names)}; besides "
        "owner/repository for another on the hub, and the path of a directory."
    )
    error.near = tuple(near)
    return error


def check_setting(name_or_directory: str, models_dir: Path) -> str | None:
    """Make sure that a value of `transcription.model` can be meant; what a person should know about
    it: None, where the model is installed.

    Raises
    ------
    UnknownModel
        A name that no model has.
    ModelNotInstalled, ModelIncomplete
        A directory that is not there, or that holds no model.
    """
    if name_or_directory == AUTO_MODEL:
        return None
    directory = find_model(name_or_directory, models_dir)
    if directory.parent == models_dir and not directory.exists():
        return f"The Whisper model `{name_or_directory}` is not installed yet."
    check_model(directory)
    return None


# --- what is installed -----------------------------------------------------------------------


class Source(StrEnum):
    """Where a model can be had from."""

    HUB = "hub"
    """The Hugging Face hub, or a mirror of it."""
    INDEX = "index"
    """The Python package index, as the environment's pip knows it."""
    FOLDER = "folder"
    """A folder of this computer, such as a stick."""


@dataclass(frozen=True)
class InstalledModel:
    """A directory under the models directory."""

    name: str
    directory: Path
    size_bytes: int
    problem: str | None
    """Why it cannot be used, in half a sentence; None if it can."""
    source: Source | None
    """Where Lectern had it from; None: somebody put it there."""


@dataclass(frozen=True)
class ModelDescription:
    """What tells a model from another.

    `identity` is a hash of the small files, of model.bin's size and of samples of its content
    (1 MB, evenly spread), so that it takes milliseconds and still changes when a model of the
    same shape takes the place of another. It does not depend on where the directory is.
    """

    identity: str
    size_bytes: int


def installed_models(models_dir: Path) -> list[InstalledModel]:
    """The models under `models_dir`, by name; unfinished downloads are not among them."""
    if not models_dir.is_dir():
        return []
    return [
        InstalledModel(path.name, path, size_on_disk(path), find_problem(path), read_source(path))
        for path in sorted(models_dir.iterdir())
        if path.is_dir() and not path.name.startswith(".")
    ]


def describe_model(directory: Path) -> ModelDescription:
    """Identify a model that was checked, without reading its weights in full."""
    digest = sha256()
    for name in SMALL_FILES:
        if (directory / name).is_file():
            content = (directory / name).read_bytes()
            digest.update(f"{name} {len(content)}\n".encode() + content)
    with (directory / WEIGHTS).open("rb") as stream:
        size_bytes = stream.seek(0, 2)
        digest.update(f"{WEIGHTS} {size_bytes}\n".encode())
        for index in range(SAMPLES):
            stream.seek(max(0, size_bytes - SAMPLE_BYTES) * index // (SAMPLES - 1))
            digest.update(stream.read(SAMPLE_BYTES))
    return ModelDescription(digest.hexdigest(), size_on_disk(directory))


def write_source(directory: Path, source: Source) -> None:
    """Note in a model's directory where it came from."""
    (directory / RECORD).write_text(json.dumps({"source": source}) + "\n", encoding="utf-8")


def read_source(directory: Path) -> Source | None:
    """Where a model came from; None: there is no note, or none that can be read."""
    try:
        return Source(_read_json(directory / RECORD)["source"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def size_on_disk(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


# --- a model that is replaced ----------------------------------------------------------------

REPLACEMENT_SECONDS = 2.0
"""A directory takes another's place by two renames: far longer than between these."""
LOOK_SECONDS = 0.01


def replaced_place(target: Path) -> Path:
    """Where the older model lies for the moment in which a new one takes its place."""
    return target.with_name(f".{target.name}.replaced")


def _is_there(directory: Path) -> bool:
    """Whether there is a model's directory; the moment in which it is replaced is waited out."""
    ends_at = time.monotonic() + REPLACEMENT_SECONDS
    while not _is_directory(directory):
        if not _is_directory(replaced_place(directory)) or time.monotonic() > ends_at:
            return _is_directory(directory)
        time.sleep(LOOK_SECONDS)
    return True


# --- whether it can be used ------------------------------------------------------------------


def check_model(directory: Path) -> None:
    """Make sure that faster-whisper can load `directory` without the network.

    It costs a tenth of a second: the small files are parsed, and of model.bin only the list of
    its arrays is read, which shows whether the file is whole. Damage within an array shows
    neither here nor when it is loaded; a download is proof against it.

    Raises
    ------
    ModelNotInstalled
        There is no such directory.
    ModelIncomplete
        A file is missing, cut or does not fit the others.
    """
    if not _is_there(directory):
        raise ModelNotInstalled(
            f"There is no Whisper model in {directory}.", facts={"model": _name_of(directory)}
        )
    problem = find_problem(directory)
    if problem:
        raise ModelIncomplete(
            f"The Whisper model in {directory} cannot be used: {problem}.",
            facts={"model": _name_of(directory), "detail": problem},
        )


def _name_of(directory: Path) -> str:
    """What the model is downloaded by: the directory of one of the hub's has `--` for its `/`."""
    return directory.name.replace("--", "/", 1)


def find_problem(directory: Path) -> str | None:
    """Why the model in `directory` cannot be used, in half a sentence, or None."""
    checks = (_find_missing_file, _find_broken_json, _find_broken_weights)
    try:
        return next((problem for check in checks if (problem := check(directory))), None)
    except OSError as error:
        return f"{error.filename} cannot be read ({error.strerror})"


def _find_missing_file(directory: Path) -> str | None:
    vocabulary = next((name for name in VOCABULARIES if (directory / name).exists()), None)
    if vocabulary is None:
        return f"{' or '.join(VOCABULARIES)} is missing"
    for name in ("config.json", "tokenizer.json", vocabulary, WEIGHTS):
        if not (directory / name).is_file():
            return f"{name} is missing"
        if (directory / name).stat().st_size == 0:
            return f"{name} is empty"
    return None


def _find_broken_json(directory: Path) -> str | None:
    for name in SMALL_FILES:
        if not name.endswith(".json") or not (directory / name).exists():
            continue
        try:
            document = _read_json(directory / name)
        except ValueError as error:
            return f"{name} is not JSON ({error})"
        if not _is_of_right_kind(name, document):
            return f"{name} does not hold what it should"
    return None


def _is_of_right_kind(name: str, document: Any) -> bool:
    if name == "vocabulary.json":
        return isinstance(document, list)
    return isinstance(document, dict) and (name != "tokenizer.json" or "model" in document)


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _find_broken_weights(directory: Path) -> str | None:
    try:
        with (directory / WEIGHTS).open("rb") as stream:
            version, specification = _read_weights_header(stream)
            if specification != "WhisperSpec":
                return f"{WEIGHTS} is not a Whisper model for CTranslate2"
            if version != WEIGHTS_VERSION:
                return None  # CTranslate2 says itself which versions it reads.
            shapes = _read_shapes(stream)
    except (struct.error, UnicodeDecodeError):
        return f"{WEIGHTS} is cut off or damaged"
    return _find_wrong_mel_bands(directory, shapes)


def _find_wrong_mel_bands(directory: Path, shapes: dict[str, tuple[int, ...]]) -> str | None:
    """Compare the sound picture that faster-whisper will make with the one the weights expect."""
    shape = shapes.get("encoder/conv1/weight", ())
    path = directory / PREPROCESSOR
    said = _read_json(path).get("feature_size") if path.exists() else None
    bands = DEFAULT_MEL_BANDS if said is None else said
    if len(shape) < 2 or shape[1] == bands:
        return None
    if not path.exists():
        return f"{PREPROCESSOR} is missing, and this model of {shape[1]} mel bands needs it"
    return f"{PREPROCESSOR} says {bands} mel bands, but {WEIGHTS} has {shape[1]}"


# model.bin, little endian: version u32, name of the specification, its revision u32, number of
# arrays u32, then each array: name, rank u8, dimensions u32, type u8, size in bytes u32, content;
# last the aliases. A string is its length u16 (with the closing NUL) and its characters.
# Source: ModelSpec._serialize in ctranslate2/specs/model_spec.py (4.8).


def _read_weights_header(stream: BinaryIO) -> tuple[int, str]:
    (version,) = _unpack(stream, "<I")
    return version, _read_string(stream)


def _read_shapes(stream: BinaryIO) -> dict[str, tuple[int, ...]]:
    """The name and shape of each array, to the end of the file; their content is skipped.

    In a cut file the reading itself fails (struct.error), as the list of aliases comes last.
    """
    _revision, count = _unpack(stream, "<II")
    shapes = {}
    for _ in range(count):
        name = _read_string(stream)
        (rank,) = _unpack(stream, "<B")
        shapes[name] = _unpack(stream, f"<{rank}I")
        _kind, size_bytes = _unpack(stream, "<BI")
        stream.seek(size_bytes, 1)
    (alias_count,) = _unpack(stream, "<I")
    for _ in range(2 * alias_count):
        _read_string(stream)
    return shapes


def _unpack(stream: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, stream.read(struct.calcsize(layout)))


def _read_string(stream: BinaryIO) -> str:
    (length,) = _unpack(stream, "<H")
    (characters,) = struct.unpack(f"<{length}s", stream.read(length))
    text: str = characters.decode("utf-8")
    return text.rstrip("\0")
