"""The files of a watched folder that may be recordings, as they are now."""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.config.environment import data_dir
from backend.errors.settings import ConfigError
from backend.text.character_sets import readable_name
from backend.uploads.left_alone import is_left_alone

READ_BYTES = 1 << 20


@dataclass(frozen=True)
class FoundFile:
    """A file as it is now."""

    path: Path
    size: int
    modified_ns: int

    @property
    def key(self) -> str:
        return hashlib.sha256(os.fsencode(self.path)).hexdigest()

    @property
    def shown(self) -> str:
        """The path as people read it, whatever bytes it has."""
        return readable_name(str(self.path)).replace("\x00", "")


def require_folder(folder: Path) -> Path:
    """The folder, if it can be watched; raises `ConfigError`."""
    if not folder.is_dir():
        raise ConfigError(
            f"The watched folder {folder} is not there: make it, or set library.watch_folder to "
            "another one."
        )
    if folder.resolve().is_relative_to(data_dir().resolve()):
        raise ConfigError(
            f"The watched folder {folder} lies in the data directory {data_dir()}: set "
            "library.watch_folder to one outside of it."
        )
    return folder


def find_files(folder: Path) -> Iterator[FoundFile]:
    """Plain files that may be recordings; links are not followed, and what is nobody's recording
    (see `left_alone`) is not looked at."""
    own = data_dir().resolve()
    for directory, subfolders, names in os.walk(folder):
        here = Path(directory)
        subfolders[:] = [
            name
            for name in subfolders
            if not is_left_alone(name) and (here / name).resolve() != own
        ]
        beside = frozenset(names)
        for name in names:
            if not is_left_alone(name, beside):
                yield from look_at(here / name)


def look_at(path: Path) -> Iterator[FoundFile]:
    """The file, if it is one that may be a recording."""
    try:
        found = path.lstat()
    except OSError:
        return  # gone, or not for us to see: then there is nothing to add
    if stat.S_ISREG(found.st_mode) and found.st_size > 0:
        yield FoundFile(path, found.st_size, found.st_mtime_ns)


def hash_beginnings(path: Path, sizes: Collection[int]) -> dict[int, str]:
    """The SHA-256 of the first so many bytes of a file, for each of the sizes that it has."""
    digest, hashes, position = hashlib.sha256(), dict[int, str](), 0
    with path.open("rb") as file:
        for size in sorted(sizes):
            while block := file.read(min(READ_BYTES, size - position)):
                digest.update(block)
                position += len(block)
            if position == size:
                hashes[size] = digest.hexdigest()
    return hashes
