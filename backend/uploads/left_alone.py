"""Names of what is nobody's recording: files that are still being written, and what systems keep.

A file in a recycle folder was removed by somebody, and would come back as a new lesson. The pages
leave the same names alone in dropped folders: they read the same list, `left_alone.json`. All of it
is in lower case; what is compared with it is made so.
"""

import json
import re
from collections.abc import Collection
from pathlib import Path

_LIST = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
BEGINNINGS, ENDINGS = tuple(_LIST["beginnings"]), tuple(_LIST["endings"])
NAMES = frozenset(_LIST["names"])
PATTERN = re.compile(_LIST["pattern"], re.ASCII)
COMPANIONS = tuple(_LIST["companions"])
"""What programs put beside a file with its name before it, until it is whole."""


def is_left_alone(name: str, beside: Collection[str] = ()) -> bool:
    """Whether a file or folder of this name, with these `beside` it, is none to look into."""
    lower = name.lower()
    return (
        lower in NAMES
        or lower.startswith(BEGINNINGS)
        or lower.endswith(ENDINGS)
        or PATTERN.search(lower) is not None
        or any(name + ending in beside for ending in COMPANIONS)
    )
