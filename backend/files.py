"""Files that are there in whole or not at all, also after a power cut."""

import os
from pathlib import Path


def flush_directory(directory: Path) -> None:
    """Make the names in a directory survive a power cut. Windows has no such thing."""
    if os.name == "posix":
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
