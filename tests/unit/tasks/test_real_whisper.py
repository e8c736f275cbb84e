"""Real Whisper, through our own code: the words are those that were said."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.models import Segment
from backend.tasks.transcribe import transcribe_audio
from backend.text.error_rate import word_error_rate

SAMPLE_DIR = Path(__file__).parents[3] / "backend" / "sample"
KENNEDY = (
    "and so my fellow americans ask not what your country can do for you ask what you can do for "
    "your country"
)


@pytest.fixture
def use_model(
    weights_dir: Path, monkeypatch: pytest.MonkeyPatch, write_config: Callable[[str], None]
) -> Callable[[str], None]:
    """Makes a model of the weights the configured one."""
    monkeypatch.setenv("LECTERN_MODELS_DIR", str(weights_dir))

    def use(model: str) -> None:
        write_config(f"transcription: {{model: {model}, device: cpu}}\n")

    return use


def text_of(segments: list[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


def words_of(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))


@pytest.mark.parametrize("model", ["base", "tiny.en"])
def test_what_a_president_said_is_heard_word_for_word(
    model: str, use_model: Callable[[str], None], speech_dir: Path
) -> None:
    use_model(model)

    segments, metadata = transcribe_audio(speech_dir / "jfk.flac")

    assert words_of(text_of(segments)) == KENNEDY
    assert metadata["model"] == model
    assert metadata["compute_type"].startswith("int8")


def test_the_sample_lesson_is_heard_as_well_as_the_demo_says(
    use_model: Callable[[str], None],
) -> None:
    use_model("base")

    segments, _ = transcribe_audio(SAMPLE_DIR / "lesson.opus")

    reference = (SAMPLE_DIR / "lesson.txt").read_text(encoding="utf-8")
    assert word_error_rate(reference, text_of(segments)).rate <= 0.06
