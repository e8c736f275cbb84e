"""A question as correction asks it, for tests of the calls themselves."""

import json
from typing import Any

from pydantic import BaseModel

KEY = "sk-live-7d1f0b6c2e"

SYSTEM = "Correct the transcript."
ITEMS: list[dict[str, Any]] = [
    {"id": 1, "text": "the cell [sic] divides"},
    {"id": 2, "text": "and grows"},
]
USER = f"Lesson: Cells\n{json.dumps(ITEMS)}"


class CorrectedSegment(BaseModel):
    """A segment whose text was changed."""

    id: int
    text: str


class Corrections(BaseModel):
    """The corrected segments."""

    segments: list[CorrectedSegment]
