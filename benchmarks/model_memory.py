"""The memory that a Whisper model takes, loaded alone by faster-whisper, and what we say it takes.

Each model of `weights/` in a process of its own, in int8 on a processor, hears the sample lesson's
first seconds; the peak is that of loading. `memory_bytes` of the catalogue rests on it.
"""

import resource
import subprocess
import sys

from backend.speech.model_catalogue import CATALOGUE
from benchmarks.report import Targets, print_table, say
from scripts.fetch_weights import ROOT, WANTED, WEIGHTS_DIR

RECORDING = ROOT / "backend" / "sample" / "lesson.opus"
SECONDS = 11


def main(targets: Targets, is_quick: bool) -> None:
    models = [name for name in WANTED if (WEIGHTS_DIR / name).is_dir()]
    if not models:
        say("No model is in weights/: `make weights` fetches some.")
        return
    rows = [(name, _measure(name), CATALOGUE[name].memory_bytes // 1_000_000) for name in models]
    print_table("MB at the peak", ("", "measured", "said"), rows)


def _measure(name: str) -> int:
    command = [sys.executable, "-m", "benchmarks.model_memory", name]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return int(answer.stdout)


def hear(name: str) -> int:
    """Have this process hear some seconds, and return its peak in MB."""
    from faster_whisper import WhisperModel
    from faster_whisper.audio import decode_audio

    model = WhisperModel(str(WEIGHTS_DIR / name), device="cpu", compute_type="int8")
    segments, _ = model.transcribe(decode_audio(str(RECORDING))[: SECONDS * 16_000])
    list(segments)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1_000_000


if __name__ == "__main__":
    print(hear(sys.argv[1]))
