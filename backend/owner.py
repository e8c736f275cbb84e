"""What is its owner's alone: the data directory with all that is in it, and the token that shows a
server whose request it is."""

import hmac
import logging
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backend.config.environment import data_dir, owner_token_path
from backend.files import is_open_to_others, make_private_directory, write_whole

TOKEN_BYTES = 32
TOKEN = re.compile(rb"[A-Za-z0-9_-]{43}")
"""So many bytes in base64 for addresses, which needs no quoting anywhere."""

logger = logging.getLogger("lectern.owner")


# --- the data directory ----------------------------------------------------------------------


def close_data_dir(*, is_thorough: bool) -> str | None:
    """Take from the data directory, and all in it, what lets others in; says so, if there was any.

    Links are left alone, and so is what belongs to others, or lies in a directory for everybody.

    Parameters
    ----------
    is_thorough
        Look through a directory that is closed to others itself, too.
    """
    directory = data_dir().resolve()
    if os.name != "posix" or not (is_thorough or _is_open(directory)):
        return None
    n_mended = 0
    for path in _look_through(directory):
        if _is_open(path):
            with suppress(FileNotFoundError):  # another process has just removed it
                path.chmod(stat.S_IMODE(path.lstat().st_mode) & 0o700)
                n_mended += 1
    if n_mended == 0:
        return None
    what = "1 file or folder was" if n_mended == 1 else f"{n_mended} files and folders were"
    return f"Others could read {directory}: now its owner alone can ({what} mended)."


def _look_through(directory: Path) -> Iterator[Path]:
    """From the top down, so that nobody else can change what is to be looked at next."""
    if _is_for_everybody(directory):
        return
    yield directory
    for folder, subfolders, names in os.walk(directory):
        yield from (Path(folder, name) for name in (*subfolders, *names))


def _is_for_everybody(directory: Path) -> bool:
    """Such as /tmp, or the root of all: Lectern's own are never like this."""
    with suppress(FileNotFoundError):
        return bool(directory.stat().st_mode & stat.S_ISVTX) or directory.parent == directory
    return True


def _is_open(path: Path) -> bool:
    """Whether this is a file or a directory of ours that others are let into."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    is_ours = found.st_uid == os.geteuid()
    is_plain = stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)
    return is_ours and is_plain and is_open_to_others(found.st_mode)


# --- the token -------------------------------------------------------------------------------


def renew_token() -> str | None:
    """Make the token that holds from now on, and keep it in its file; None: that cannot be written.

    Each start of a server makes another one. A program that took the server's place while it was
    away, and was shown the one that a page had, has nothing that still holds.
    """
    token, path = secrets.token_urlsafe(TOKEN_BYTES), owner_token_path()
    try:
        make_private_directory(path.parent)
        if path.is_symlink():
            path.unlink()
        write_whole(path, f"{token}\n", is_private=True)
    except OSError as error:
        logger.warning(
            "nobody can change settings in a browser: %s cannot be written (%s)",
            path,
            error.strerror,
        )
        return None
    return token


def is_token(candidate: str) -> bool:
    """Whether this is the token in its file; how long that takes says nothing of it."""
    try:
        token = owner_token_path().read_bytes().strip()
    except OSError:
        return False
    is_sound = TOKEN.fullmatch(token) is not None
    return hmac.compare_digest(token, candidate.encode(errors="replace")) and is_sound
