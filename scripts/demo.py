"""`make demo`: the main job on the sample lesson, in a data directory of its own.

Whisper's model is fetched once, from whichever source answers. Where none does, the built-in
recogniser shows that everything works.
"""

import json
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = ROOT / "demo-data"
sys.path.insert(0, str(ROOT))

# The demo shows what a fresh installation does, whatever this machine is set up for.
os.environ["LECTERN_DATA_DIR"] = str(DATA_DIR)
os.environ["LECTERN_MODELS_DIR"] = str(ROOT / "weights")
os.environ.pop("LECTERN_DATABASE_URL", None)

from backend.cli.terminal import open_session, progress_display  # noqa: E402
from backend.clock import clock  # noqa: E402
from backend.config.environment import models_dir  # noqa: E402
from backend.config.file import set_value  # noqa: E402
from backend.errors.recognisers import DownloadFailed  # noqa: E402
from backend.lessons.service import (  # noqa: E402
    SAMPLE_DIR,
    LessonDetails,
    add_recording,
    get_lesson,
)
from backend.models import Lesson, Segment  # noqa: E402
from backend.speech.engines.sphinx_entry import SPHINX  # noqa: E402
from backend.tasks.pipeline import run_process  # noqa: E402
from backend.tasks.stage import StageContext  # noqa: E402
from backend.text.error_rate import Operation, diff_words, word_error_rate  # noqa: E402
from scripts.fetch_weights import WEIGHTS_DIR, fetch  # noqa: E402

MODEL = "base"


def main() -> None:
    has_whisper = fetch_model()
    obstacle = SPHINX.find_obstacle(SPHINX.options(), models_dir())
    if obstacle and not has_whisper:
        print(
            "The sample lesson needs Whisper or the built-in recogniser. "
            f"{obstacle.error.message}\n\nAll else works; `lectern --help` shows it."
        )
        return
    shutil.rmtree(DATA_DIR, ignore_errors=True)
    set_value("transcription.model", MODEL)
    title = json.loads((SAMPLE_DIR / "lesson.json").read_text(encoding="utf-8"))["title"]
    print(f"The sample lesson: {title} (synthetic voices, see backend/sample/README.md)\n")
    with open_session() as session:
        added = add_recording(session, SAMPLE_DIR / "lesson.opus", LessonDetails(title=title))
        lesson_id = added.lesson.id
        assert lesson_id is not None
        with progress_display() as tell:
            for stage in run_process(StageContext(lesson_id, session, tell)):
                print(f"{stage.name}: done")
        lesson = get_lesson(session, lesson_id)
        show_transcript(lesson)
        show_changes(lesson)
        show_summary(lesson)
        show_error_rate(lesson, has_whisper)
        show_places(lesson)


def fetch_model() -> bool:
    """Whether Whisper's model is there, after it was asked for."""
    if not (WEIGHTS_DIR / MODEL).exists():
        print(f"Whisper's model `{MODEL}` is downloaded once (about 150 MB).")
    try:
        fetch(MODEL)
    except DownloadFailed as error:
        print(
            f"Whisper is not there, so the built-in recogniser is used. {error.message}\n"
            "To hear Whisper: `make demo` again where a source can be reached.\n"
        )
        return False
    return True


def show_transcript(lesson: Lesson) -> None:
    heading("Transcript, as it was heard")
    for segment in lesson.transcript or []:
        print(f"{clock(segment.start):>6}  {segment.text}")


def show_changes(lesson: Lesson) -> None:
    heading("What correction changed")
    pairs = list(zip(lesson.transcript or [], lesson.corrected_transcript or [], strict=True))
    for before, after in pairs:
        if before.text != after.text:
            print(f"{clock(before.start):>6}  {marked(before, after)}")
    changed = sum(before.text != after.text for before, after in pairs)
    print(f"\n{changed} of {len(pairs)} segments changed, by the offline rules.")


def marked(before: Segment, after: Segment) -> str:
    """The words as they were, and what they became: `old → new`, [-removed-], {+put in+}."""
    pieces: list[str] = []
    for change in diff_words(before.text, after.text):
        if change.operation is Operation.EQUAL:
            pieces += change.before
        elif len(change.before) == len(change.after):
            pairs = zip(change.before, change.after, strict=True)
            pieces += [f"{old}→{new}" for old, new in pairs]
        else:
            pieces += [f"[-{word}-]" for word in change.before]
            pieces += [f"{{+{word}+}}" for word in change.after]
    return " ".join(pieces)


def show_summary(lesson: Lesson) -> None:
    heading("In brief")
    print(lesson.brief)
    heading("Summary, each statement with the moment it was said")
    for moment in (lesson.summary_metadata or {})["moments"]:
        print(f"{clock(moment['start']):>6}  {moment['text']}")


def show_error_rate(lesson: Lesson, has_whisper: bool) -> None:
    heading("How good is that?")
    reference = (SAMPLE_DIR / "lesson.txt").read_text(encoding="utf-8")
    heard = " ".join(segment.text for segment in lesson.transcript or [])
    measured = word_error_rate(reference, heard)
    print(f"word error rate: {100 * measured.rate:.1f} %")
    print(f"({measured.errors} errors in {measured.reference_words} words.) {about(has_whisper)}")


def about(has_whisper: bool) -> str:
    if has_whisper:
        return (
            f"This is Whisper's model `{MODEL}`, a small one;\nlarger ones hear better and take "
            "longer:\n\n    lectern models download small"
        )
    return (
        "The built-in recogniser is rough, even on these\nclear voices, and knows English only. "
        "Whisper is far better:\n\n    lectern models download base\n\n"
        "downloads it once."
    )


def show_places(lesson: Lesson) -> None:
    heading("Where everything is")
    print(f"{DATA_DIR}")
    print("    lectern.db            the lesson and its texts (SQLite)")
    print(f"    audio/{lesson.filename}  the recording")
    print("    logs/lectern.log      what happened")
    heading("What to type next")
    print("    . .venv/bin/activate")
    print("    lectern process RECORDING     your own recording, in a library of its own")
    print("    lectern list")
    print(f"    LECTERN_DATA_DIR={DATA_DIR.name} lectern show {lesson.id}")
    print(f"    LECTERN_DATA_DIR={DATA_DIR.name} lectern export {lesson.id} --format srt")
    print("    lectern --help")


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


if __name__ == "__main__":
    main()
