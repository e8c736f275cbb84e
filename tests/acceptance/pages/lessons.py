"""Lessons to be shown."""

from typing import Any

from tests.audio_files import nano_lesson


def nano_segments() -> list[dict[str, Any]]:
    """What is said in the nano lesson, as a transcript."""
    return [
        {
            "start": sentence.start,
            "end": sentence.end,
            "text": sentence.text,
            "words": [{"text": w.text, "start": w.start, "end": w.end} for w in sentence.words],
        }
        for sentence in nano_lesson().sentences
    ]
