"""Run all benchmarks, or those that are named: `python -m benchmarks [NAME …] [--quick]`."""

import argparse
import sys
import time
from collections.abc import Callable

from benchmarks import (
    accuracy,
    correction,
    cpu_time,
    drain,
    engine_queues,
    first_segments,
    guard,
    idle_workers,
    imports,
    llm_calls,
    memory,
    model_memory,
    pages,
    pick_up,
    search,
    server,
    takeover,
    uploads,
)
from benchmarks.materials import BENCH_DATA_DIR
from benchmarks.report import Targets, say


def run_llm_calls(targets: Targets, is_quick: bool) -> None:
    """For information: the figure behind `correction`, with its peer."""
    llm_calls.main()


BENCHMARKS: dict[str, Callable[[Targets, bool], None]] = {
    "imports": imports.main,
    "correction": correction.main,
    "guard": guard.main,
    "llm_calls": run_llm_calls,
    "pick_up": pick_up.main,
    "idle_workers": idle_workers.main,
    "engine_queues": engine_queues.main,
    "takeover": takeover.main,
    "drain": drain.main,
    "search": search.main,
    "server": server.main,
    "uploads": uploads.main,
    "pages": pages.main,
    "memory": memory.main,
    "model_memory": model_memory.main,
    "first_segments": first_segments.main,
    "cpu_time": cpu_time.main,
    "accuracy": accuracy.main,
}
"""In the order of `make bench`: the later ones share the transcriptions of the earlier."""

MINUTES = {
    "imports": 1,
    "correction": 1,
    "guard": 1,
    "llm_calls": 1,
    "pick_up": 3,
    "idle_workers": 3,
    "engine_queues": 4,
    "model_memory": 1,
    "takeover": 10,
    "drain": 14,
    "search": 4,
    "server": 2,
    "uploads": 1,
    "pages": 5,
    "memory": 9,
    "first_segments": 7,
    "cpu_time": 8,
    "accuracy": 3,
}
"""About so long on two quiet cores, alone; all together, about an hour."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="shortened, for trying things")
    asked = parser.parse_args()
    targets = Targets()
    BENCH_DATA_DIR.mkdir(exist_ok=True)
    for name in asked.names or BENCHMARKS:
        say(f"\n=== {name} (about {MINUTES[name]} min alone)")
        started = time.monotonic()
        BENCHMARKS[name](targets, asked.quick)
        say(f"  ({time.monotonic() - started:.0f} s)")
    say(f"\n{targets.n_missed} targets missed" if targets.n_missed else "\nall targets met")
    return 1 if targets.n_missed else 0


if __name__ == "__main__":
    sys.exit(main())
