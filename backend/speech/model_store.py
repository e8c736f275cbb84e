"""Whisper models on this machine: finding, checking, naming and downloading them.

A model is a directory with the files that faster-whisper reads, converted for CTranslate2. It is
used only after `check_model`: faster-whisper itself would go to the network for a missing
tokenizer.json, and fail with a library's error on a cut model.bin.

In the models directory, names that begin with a dot are ours: `.small.partial` is an unfinished
download, `.small.lock` keeps a second process from it, `.small.replaced` is the older model while
the new one takes its place.
"""

import json
import os
import re
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from backend.errors import DownloadFailed, ModelIncomplete, ModelNotInstalled, UnknownModel
from backend.speech.hub import DEFAULT_DEADLINES, Deadlines, Hub, RemoteFile

WEIGHTS = "model.bin"
PREPROCESSOR = "preprocessor_config.json"
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
SMALL_FILES = ("config.json", PREPROCESSOR, "tokenizer.json", *VOCABULARIES)
MODEL_FILES = (*SMALL_FILES, WEIGHTS)
"""All that faster-whisper reads, in the order in which it is downloaded."""

WHISPER_MODELS = {
    "tiny": "Systran/faster-whisper-tiny",
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "base": "Systran/faster-whisper-base",
    "base.en": "Systran/faster-whisper-base.en",
    "small": "Systran/faster-whisper-small",
    "small.en": "Systran/faster-whisper-small.en",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "medium": "Systran/faster-whisper-medium",
    "medium.en": "Systran/faster-whisper-medium.en",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "large-v1": "Systran/faster-whisper-large-v1",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
}
"""The usual names and their repositories on the hub, the same as faster-whisper's."""

PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
REPOSITORY_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}")

WEIGHTS_VERSION = 6
"""The version of CTranslate2's binary format, the only one that Whisper models were written in."""

DEFAULT_MEL_BANDS = 80
"""What faster-whisper takes where preprocessor_config.json does not say."""

SAMPLES = 16
SAMPLE_BYTES = 1 << 16
SPARE_BYTES = 64 << 20
"""Disk space to leave free after a download."""


# --- names and places ------------------------------------------------------------------------


def resolve_model(name_or_directory: str, models_dir: Path) -> Path:
    """The directory that the setting `transcription.model` means; it need not exist.

    A path is one that is absolute, begins with `~` or `.`, or has a separator and exists.
    Everything else is a name under `models_dir`; `owner/repository` is there as
    `owner--repository`.

    Raises
    ------
    ModelNotInstalled
        If it is neither a path nor a possible name.
    """
    if name_or_directory.startswith(("~", ".")) or Path(name_or_directory).is_absolute():
        return _expand(name_or_directory)
    if "/" in name_or_directory and _is_directory(Path(name_or_directory)):
        return Path(name_or_directory).absolute()
    return models_dir / _directory_name(name_or_directory)


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
            f"The Whisper directory {path} cannot be found ({error}): write it in full."
        ) from error


def _directory_name(name: str) -> str:
    if not (PLAIN_NAME.fullmatch(name) or REPOSITORY_NAME.fullmatch(name)):
        raise ModelNotInstalled(
            f"{name!r} is neither a directory that exists nor the name of a Whisper model: "
            f"use a directory, or one of {', '.join(WHISPER_MODELS)}."
        )
    return name.replace("/", "--")


def _repository_of(name: str) -> str:
    """Where the hub keeps the model."""
    if name in WHISPER_MODELS:
        return WHISPER_MODELS[name]
    if REPOSITORY_NAME.fullmatch(name):
        return name
    raise UnknownModel(
        f"There is no Whisper model {name!r}: use one of {', '.join(WHISPER_MODELS)}, or "
        "owner/repository for another on the hub that was converted for CTranslate2."
    )


# --- what is installed -----------------------------------------------------------------------


@dataclass(frozen=True)
class InstalledModel:
    """A directory under the models directory."""

    name: str
    directory: Path
    size_bytes: int
    problem: str | None
    """Why it cannot be used, in half a sentence; None if it can."""


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
        InstalledModel(path.name, path, _size_on_disk(path), find_problem(path))
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
    return ModelDescription(digest.hexdigest(), _size_on_disk(directory))


def _size_on_disk(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


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
    remedy = _remedy(directory)
    if not _is_directory(directory):
        raise ModelNotInstalled(f"There is no Whisper model in {directory}: {remedy}.")
    problem = find_problem(directory)
    if problem:
        raise ModelIncomplete(
            f"The Whisper model in {directory} cannot be used: {problem}. To mend it, {remedy}."
        )


def _remedy(directory: Path) -> str:
    name = directory.name if "--" not in directory.name else directory.name.replace("--", "/", 1)
    known = name if name in WHISPER_MODELS or REPOSITORY_NAME.fullmatch(name) else "NAME"
    return (
        f"run `lectern models download {known}`, or set transcription.model to another model or "
        "directory"
    )


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


# --- downloading -----------------------------------------------------------------------------


def _report_nothing(done_bytes: int, total_bytes: int) -> None:
    pass


def download_model(
    name: str,
    models_dir: Path,
    *,
    endpoint: str | None = None,
    deadlines: Deadlines = DEFAULT_DEADLINES,
    on_progress: Callable[[int, int], None] = _report_nothing,
) -> Path:
    """Download a model and return its directory, `models_dir/<name>`.

    It is complete, or what was there before is untouched: the files come into a directory beside
    it, each is checked for size and checksum, and all take their place at once. A later call goes
    on where one stopped. A model that is installed and still current is not fetched again.

    Parameters
    ----------
    name
        One of `WHISPER_MODELS`, or `owner/repository` of the hub.
    endpoint
        The hub's address; None: huggingface_hub's, which HF_ENDPOINT sets.
    on_progress
        Told the bytes there are and the bytes of the whole, often.

    Raises
    ------
    UnknownModel
        `name` is neither.
    DownloadFailed
        With the reason and what to do.
    """
    repository = _repository_of(name)
    target = models_dir / _directory_name(name)
    with _named_disk_errors(target), _locked(target, deadlines):
        _mend_interrupted_replacement(target)
        with closing(Hub(endpoint, deadlines)) as hub:
            files = _find_model_files(hub, repository)
            if all(file.is_content_of(target / file.name) for file in files):
                on_progress(_total_bytes(files), _total_bytes(files))
                return target
            partial = target.with_name(f".{target.name}.partial")
            _prepare_partial(partial, files)
            _fetch_all(hub, files, partial, on_progress)
        _refuse_unusable(partial, repository)
        _put_in_place(partial, target)
    return target


@contextmanager
def _named_disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT, EFBIG):
            raise DownloadFailed(
                f"The disk of {target.parent} is full: free some space and run the download of "
                f"{target.name} again, it goes on where it stopped."
            ) from error
        raise DownloadFailed(
            f"{error.filename or target.parent} cannot be used ({error.strerror}): mend its "
            "permissions, or choose another data directory with LECTERN_DATA_DIR."
        ) from error


@contextmanager
def _locked(target: Path, deadlines: Deadlines) -> Iterator[None]:
    """One process at a time; another that wants the same model waits and then finds it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=deadlines.overall_seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise DownloadFailed(
            f"Another process has been downloading {target.name} for "
            f"{deadlines.overall_seconds:g} s: wait for it, or end it and try again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _find_model_files(hub: Hub, repository: str) -> list[RemoteFile]:
    files = hub.find_files(repository, MODEL_FILES)
    names = {file.name for file in files}
    if not names:
        raise DownloadFailed(f"{hub.endpoint} has no model {repository} (404): check the name.")
    missing = sorted({"config.json", "tokenizer.json", WEIGHTS} - names)
    if missing or not names.intersection(VOCABULARIES):
        raise DownloadFailed(
            f"{repository} at {hub.endpoint} is not a Whisper model for faster-whisper: it has no "
            f"{', '.join(missing) or ' or '.join(VOCABULARIES)}. Choose one that was converted "
            "for CTranslate2."
        )
    return files


def _total_bytes(files: list[RemoteFile]) -> int:
    return sum(file.size_bytes for file in files)


def _unfinished(partial: Path, file: RemoteFile) -> Path:
    # The identity is in the name, so that a part of another version is never gone on with.
    return partial / f"{file.name}.{file.identity}.part"


def _prepare_partial(partial: Path, files: list[RemoteFile]) -> None:
    """Make the place for the download, without leftovers of other versions, or refuse."""
    partial.mkdir(exist_ok=True)
    wanted = {partial / file.name for file in files} | {_unfinished(partial, f) for f in files}
    for leftover in set(partial.iterdir()) - wanted:
        _remove(leftover)
    missing_bytes = _total_bytes(files) - _size_on_disk(partial)
    free_bytes = shutil.disk_usage(partial).free
    if missing_bytes > 0 and missing_bytes + SPARE_BYTES > free_bytes:
        raise DownloadFailed(
            f"The disk of {partial.parent} has too little space: the download needs "
            f"{_megabytes(missing_bytes + SPARE_BYTES)}, and {_megabytes(free_bytes)} are free."
        )


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"


def _fetch_all(
    hub: Hub, files: list[RemoteFile], partial: Path, on_progress: Callable[[int, int], None]
) -> None:
    total_bytes, before_bytes = _total_bytes(files), 0
    for file in files:
        if not file.is_content_of(partial / file.name):
            part = _unfinished(partial, file)
            hub.fetch(file, part, _report_from(before_bytes, total_bytes, on_progress))
            part.replace(partial / file.name)
        before_bytes += file.size_bytes
        on_progress(before_bytes, total_bytes)


def _report_from(
    before_bytes: int, total_bytes: int, on_progress: Callable[[int, int], None]
) -> Callable[[int], None]:
    return lambda received_bytes: on_progress(before_bytes + received_bytes, total_bytes)


def _refuse_unusable(partial: Path, repository: str) -> None:
    problem = find_problem(partial)
    if problem:
        _remove(partial)
        raise DownloadFailed(
            f"{repository} was downloaded whole, but cannot be used: {problem}. Choose another."
        )


def _put_in_place(partial: Path, target: Path) -> None:
    """Replace the older model; a crash in between is mended by the next download."""
    _flush_directory(partial)
    replaced = _replaced(target)
    if target.exists():
        target.rename(replaced)
    partial.rename(target)
    _flush_directory(target.parent)
    _remove(replaced)


def _mend_interrupted_replacement(target: Path) -> None:
    replaced = _replaced(target)
    if replaced.exists() and not target.exists():
        replaced.rename(target)
    _remove(replaced)


def _replaced(target: Path) -> Path:
    return target.with_name(f".{target.name}.replaced")


def _flush_directory(directory: Path) -> None:
    """Make the names in `directory` survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
