"""What a backup is: a dated folder with the library's files, and a manifest that names them all.

    2026-11-27T08-30-00Z/
        manifest.json   written last: a folder without one is no backup
        lectern.db      the database as an SQLite file, whatever the library's own database is
        audio/          the recordings of the lessons, those in the trash included
        config.yaml     the settings, without keys and passwords

Models, logs, uploads under way and the job engine's tables are not in it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from backend.damage import find_damage
from backend.errors import NotFound
from backend.errors.backups import BackupDamaged, BackupNotFound

MANIFEST, DATABASE, CONFIG, AUDIO = "manifest.json", "lectern.db", "config.yaml", "audio"
NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?")
"""When it was made, in UTC, as a name that every file system takes."""

BLOCK_BYTES = 1 << 20


class StoredFile(BaseModel):
    """A file of a backup; `path` is within its folder, with slashes."""

    model_config = ConfigDict(frozen=True)

    path: str
    size: int
    sha256: str

    @property
    def is_safe(self) -> bool:
        """Whether it is one of the files that a backup has; a manifest may have been made up."""
        folder, _, name = self.path.rpartition("/")
        if folder:
            return folder == AUDIO and Path(name).name == name
        return name in (DATABASE, CONFIG)


class Manifest(BaseModel):
    """What is in a backup, and what it was made by. Later forms have a higher `format`."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1]
    created_at: datetime
    lectern: str
    """The version of the program."""
    schema_version: str
    """The version of the database's tables."""
    database: Literal["sqlite", "postgresql"]
    """What the library was in."""
    lessons: int
    """How many, those in the trash included."""
    files: tuple[StoredFile, ...]
    missing: tuple[str, ...]
    """Recordings that lessons named and that were not there."""


@dataclass(frozen=True)
class Backup:
    """A backup that is there in whole, as far as its manifest says."""

    folder: Path
    manifest: Manifest

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def config(self) -> Path | None:
        """The settings, if there were any."""
        path = self.folder / CONFIG
        return path if any(file.path == CONFIG for file in self.manifest.files) else None

    @property
    def recordings(self) -> list[StoredFile]:
        return [file for file in self.manifest.files if file.path.startswith(f"{AUDIO}/")]

    @property
    def size_bytes(self) -> int:
        return sum(file.size for file in self.manifest.files)


def list_backups(directory: Path) -> list[Backup]:
    """The backups in a folder of backups, the newest last; what is not whole is none.

    Raises `NotFound` where there is no such folder.
    """
    if not directory.is_dir():
        raise NotFound(f"There is no folder {directory}: name the one that the backups are in.")
    folders = sorted(path for path in directory.iterdir() if NAME.fullmatch(path.name))
    found = []
    for folder in folders:
        if (folder / MANIFEST).is_file():
            found.append(Backup(folder, read_manifest(folder)))
    return sorted(found, key=lambda backup: (backup.manifest.created_at, backup.folder.name))


def find_backup(directory: Path) -> Backup:
    """The backup that a folder is, or the newest of those that are in it.

    Raises
    ------
    NotFound, BackupNotFound, BackupDamaged
    """
    if (directory / MANIFEST).is_file():
        return Backup(directory, read_manifest(directory))
    if backups := list_backups(directory):
        return backups[-1]
    raise BackupNotFound(
        f"There is no backup in {directory}: name the folder of one, which holds a {MANIFEST}, or "
        "the folder that they are in. One that was cut off while it was made is none."
    )


def read_manifest(folder: Path) -> Manifest:
    """Raises `BackupDamaged`."""
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BackupDamaged(
            f"{path} cannot be read as the manifest of a backup: use another backup, or the "
            "version of Lectern that made this one."
        ) from error
    if unsafe := [file.path for file in manifest.files if not file.is_safe]:
        raise BackupDamaged(f"{path} names a file that no backup has: {unsafe[0]!r}.")
    return manifest


def verify(backup: Backup) -> None:
    """Read all of a backup, and raise `BackupDamaged` unless each file is what was written."""
    wrong = list(_find_wrong(backup))
    if not wrong:
        if not (reason := find_damage(backup.database)):
            return
        wrong = [f"{DATABASE} ({reason})"]
    named = ", ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
    raise BackupDamaged(
        f"The backup {backup.folder} is damaged: {named}. Use another one; nothing was changed."
    )


def _find_wrong(backup: Backup) -> Iterator[str]:
    for file in backup.manifest.files:
        path = backup.folder / file.path
        if not path.is_file():
            yield f"{file.path} is missing"
        elif path.stat().st_size != file.size:
            yield f"{file.path} has another size"
        elif sha256_of(path) != file.sha256:
            yield f"{file.path} has other content"


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while block := content.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
