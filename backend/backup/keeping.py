"""Which backups are kept."""

import shutil
from pathlib import Path

from filelock import Timeout

from backend.backup.creation import BUILDING, only_one_at_a_time
from backend.backup.files import named_errors
from backend.backup.manifest import Backup, list_backups
from backend.errors.backups import BackupFailed


def prune_backups(directory: Path, keep: int) -> list[Backup]:
    """Remove all backups in a folder but the newest `keep`; returns those that were removed.

    Raises
    ------
    NotFound, BackupFailed
    """
    obsolete = list_backups(directory)[:-keep]
    with named_errors(directory):
        try:
            with only_one_at_a_time(directory):
                for backup in obsolete:
                    # It stops being a backup at once, and not bit by bit.
                    doomed = backup.folder.with_name(f"{BUILDING}{backup.folder.name}")
                    backup.folder.rename(doomed)
                    shutil.rmtree(doomed)
        except Timeout as error:
            raise BackupFailed(
                f"A backup is being made in {directory}: wait until that has ended."
            ) from error
    return obsolete
