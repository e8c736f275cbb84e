"""What it costs to import Lectern, and what `lectern --help` loads.

CPU seconds of fresh processes, interpreter included, in turns; the median counts.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.report import Targets, print_table

MAX_RATIO = 1.2

IMPORTS = {
    "import sqlmodel": "import sqlmodel",
    "import backend.tasks": "import backend.tasks",
    "all seven names": (
        "from backend.tasks import get_llm_model, transcribe_lesson, transcribe_audio, "
        "correct_transcript, correct_transcript_async, generate_summary, generate_summary_async"
    ),
    "nothing at all": "",
}

HEAVY = (
    "faster_whisper",
    "pocketsphinx",
    "langchain",
    "langchain_core",
    "openai",
    "anthropic",
    "dbos",
    "sqlmodel",
    "sqlalchemy",
    "numpy",
    "av",
)

ASK_FOR_HELP = f"""
import json, sys
from backend.cli import main
main(["--help"], standalone_mode=False)
print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""


def main(targets: Targets, is_quick: bool) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(3 if is_quick else 11):
        for name, statement in IMPORTS.items():
            timed = f"import time\n{statement}\nprint(time.process_time())"
            seconds[name].append(float(_python(timed)))
    peer = median(seconds["import sqlmodel"])
    print_table(
        "CPU seconds of imports",
        ("", "median", "least", "most", "x sqlmodel"),
        [_row(name, times, peer) for name, times in seconds.items()],
    )
    ratio = median(seconds["import backend.tasks"]) / peer
    targets.at_most("import backend.tasks against import sqlmodel", ratio, MAX_RATIO)
    loaded = json.loads(_python(ASK_FOR_HELP).splitlines()[-1])
    names = f": it loads {', '.join(loaded)}" if loaded else ""
    targets.holds(f"lectern --help loads none of {len(HEAVY)} heavy modules{names}", not loaded)


def _python(code: str) -> str:
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=root
    )
    return done.stdout


def _row(name: str, times: list[float], peer: float) -> tuple[str, ...]:
    figures = f"{median(times):.3f}", f"{min(times):.3f}", f"{max(times):.3f}"
    return (name, *figures, f"{median(times) / peer:.2f}")
