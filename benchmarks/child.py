"""One measured transcription, in a process of its own: `python -m benchmarks.child JOB`.

The job is a JSON object (see `benchmarks.runs`); what was measured is written to the file that it
names. The clocks start when everything is imported and before a model is loaded.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

BEAM_SIZE = 5

Result = tuple[dict[str, Any], list[dict[str, Any]]]
"""What was measured, and the segments."""


def transcribe_with_lectern(job: dict[str, Any]) -> Result:
    """As `lectern transcribe` does it: database, windows, checkpoints and all."""
    import faster_whisper  # noqa: F401 - imported before the clock starts, as for the peer
    from sqlmodel import Session

    from backend.database import engine
    from backend.models import Lesson
    from backend.tasks.stage import StageContext, run_stage
    from backend.tasks.transcribe import TRANSCRIPTION

    with Session(engine) as session:
        lesson = Lesson(title="measured", filename=job["filename"])
        session.add(lesson)
        session.commit()
        lesson_id = lesson.id
        assert lesson_id is not None
        clocks = _Clocks()
        context = StageContext(lesson_id, session, lambda progress: clocks.note_first())
        run_stage(TRANSCRIPTION, context)
        clocks.stop()
        session.refresh(lesson)
        return clocks.measured(), [segment.model_dump() for segment in lesson.transcript or ()]


def transcribe_with_faster_whisper(job: dict[str, Any]) -> Result:
    """faster-whisper as it comes, with the same options."""
    from faster_whisper import WhisperModel

    clocks = _Clocks()
    model = WhisperModel(job["model"], device="cpu", compute_type="int8", local_files_only=True)
    found, _ = model.transcribe(
        job["recording"],
        beam_size=BEAM_SIZE,
        vad_filter=True,
        condition_on_previous_text=False,
        word_timestamps=job["has_words"],
    )
    segments = []
    for segment in found:
        clocks.note_first()
        words = [
            {"text": word.word, "start": float(word.start), "end": float(word.end)}
            for word in segment.words or ()
        ]
        segments.append(
            {"start": segment.start, "end": segment.end, "text": segment.text, "words": words}
        )
    clocks.stop()
    return clocks.measured(), segments


class _Clocks:
    """Times since the start of the transcription; `first` is the first sign of its progress."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.time(), time.process_time()
        self._first: float | None = None

    def note_first(self) -> None:
        self._first = self._first or time.time()

    def stop(self) -> None:
        self._end, self._end_cpu = time.time(), time.process_time()

    def measured(self) -> dict[str, Any]:
        return {
            "started_at": self._wall,
            "first_seconds": (self._first or self._end) - self._wall,
            "wall_seconds": self._end - self._wall,
            "cpu_seconds": self._end_cpu - self._cpu,
        }


def peak_mebibytes() -> float:
    """The most memory this process ever held (Linux; elsewhere the system's own account)."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss would begin with what the parent process held when it started this one.
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def bytes_read() -> int | None:
    """All that this process has read from files so far, where the system says (Linux)."""
    account = Path("/proc/self/io")
    if not account.exists():
        return None
    return int(dict(line.split(": ") for line in account.read_text().splitlines())["rchar"])


SYSTEMS = {"lectern": transcribe_with_lectern, "faster-whisper": transcribe_with_faster_whisper}


def main() -> None:
    job = json.loads(sys.argv[1])
    measured, segments = SYSTEMS[job["system"]](job)
    measured |= {"peak_mebibytes": peak_mebibytes(), "bytes_read": bytes_read()}
    measured["whole_cpu_seconds"] = time.process_time()
    Path(job["output"]).write_text(json.dumps(measured | {"segments": segments}))


if __name__ == "__main__":
    main()
