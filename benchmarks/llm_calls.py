"""How close calls to a language model come to what the provider's latency allows.

500 structured calls of ten segments each, ten at a time, to a stub in another process that takes
100 ms per call: at best 5 s. The peer in the same run is LangChain's own structured output on the
same model. Each row is the best of three, because other work on the machine slows a run and
nothing speeds it up.

    python -m benchmarks.llm_calls
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pydantic import BaseModel

from backend.config.settings import Provider
from backend.llm.calls import ChatCaller
from backend.llm.provider import ModelChoice, build_chat_model
from tests.stubs.fast_server import serve_in_process

CALLS = 500
CONCURRENCY = 10
LATENCY_SECONDS = 0.1
REPEATS = 3
IDEAL_SECONDS = CALLS / CONCURRENCY * LATENCY_SECONDS

SYSTEM = "Please correct the following transcript."
SEGMENTS = [
    {"id": number, "text": "so the mitochondria is the power house of the cell as you all know"}
    for number in range(10)
]
USER = f"Correct these segments.\n{json.dumps(SEGMENTS)}"


class CorrectedSegment(BaseModel):
    """A segment whose text was changed."""

    id: int
    text: str


class Corrections(BaseModel):
    """The corrected segments."""

    segments: list[CorrectedSegment]


@dataclass(frozen=True)
class Measured:
    wall_seconds: float
    cpu_milliseconds_per_call: float


def measure(ask: Callable[[], Corrections]) -> Measured:
    """The best of `REPEATS` runs; the CPU time is this process's alone."""

    def call(number: int) -> None:
        assert len(ask().segments) == len(SEGMENTS)

    runs = []
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(call, range(CONCURRENCY)))
        for _ in range(REPEATS):
            wall, cpu = time.perf_counter(), time.process_time()
            list(pool.map(call, range(CALLS)))
            cpu_milliseconds = (time.process_time() - cpu) * 1000 / CALLS
            runs.append(Measured(time.perf_counter() - wall, cpu_milliseconds))
    return min(runs, key=lambda run: run.wall_seconds)


def ask_with_lectern(choice: ModelChoice) -> Callable[[], Corrections]:
    caller = ChatCaller(choice)
    return lambda: caller.ask_structured(SYSTEM, USER, Corrections).value


def ask_with_langchain(choice: ModelChoice) -> Callable[[], Corrections]:
    structured = build_chat_model(choice).with_structured_output(Corrections, include_raw=True)
    messages = [("system", SYSTEM), ("user", USER)]

    def ask() -> Corrections:
        answer = structured.invoke(messages)
        assert isinstance(answer, dict)
        parsed: Corrections = answer["parsed"]
        return parsed

    return ask


def main() -> None:
    print(f"{CALLS} calls, {CONCURRENCY} at a time, {LATENCY_SECONDS * 1000:.0f} ms each:")
    print(f"{'provider':<11}{'by':<11}{'wall s':>8}{'x ideal':>9}{'CPU ms/call':>13}")
    models = {Provider.OPENAI: "gpt-4o", Provider.ANTHROPIC: "claude-opus-4-6"}
    for provider, model in models.items():
        with serve_in_process(provider.lower(), LATENCY_SECONDS) as base_url:
            choice = ModelChoice(provider, model, 0.3, base_url)
            for name, build in (("Lectern", ask_with_lectern), ("LangChain", ask_with_langchain)):
                best = measure(build(choice))
                ratio = best.wall_seconds / IDEAL_SECONDS
                cpu = best.cpu_milliseconds_per_call
                print(f"{provider:<11}{name:<11}{best.wall_seconds:>8.2f}{ratio:>9.2f}{cpu:>13.2f}")


if __name__ == "__main__":
    main()
