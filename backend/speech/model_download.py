"""Downloading a Whisper model from the hub, in whole or not at all.

In the models directory, names that begin with a dot are ours: `.small.partial` is an unfinished
download, `.small.lock` keeps a second process from it, `.small.replaced` is the older model while
the new one takes its place.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from backend.errors.recognisers import DownloadFailed, UnknownModel
from backend.files import (
    FULL_DISK_ERRORS,
    flush_directory,
    make_private_directory,
    open_like_parent,
)
from backend.speech.hub import DEFAULT_DEADLINES, Deadlines, Hub, RemoteFile
from backend.speech.model_store import (
    MODEL_FILES,
    REPOSITORY_NAME,
    VOCABULARIES,
    WEIGHTS,
    WHISPER_MODELS,
    directory_name,
    find_problem,
    size_on_disk,
)

SPARE_BYTES = 64 << 20
"""Disk space to leave free after a download."""


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
    target = models_dir / directory_name(name)
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
        if error.errno in FULL_DISK_ERRORS:
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
    make_private_directory(target.parent)
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
    missing_bytes = _total_bytes(files) - size_on_disk(partial)
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
    open_like_parent(partial)
    flush_directory(partial)
    replaced = _replaced(target)
    if target.exists():
        target.rename(replaced)
    partial.rename(target)
    flush_directory(target.parent)
    _remove(replaced)


def _mend_interrupted_replacement(target: Path) -> None:
    replaced = _replaced(target)
    if replaced.exists() and not target.exists():
        replaced.rename(target)
    _remove(replaced)


def _replaced(target: Path) -> Path:
    return target.with_name(f".{target.name}.replaced")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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
