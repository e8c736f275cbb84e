"""A short round of what `make chaos` does for minutes."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.workers import empty_library
from tests.chaos import WORKERS, Round, Scale, make_recordings, run_round

KILLS = 3
SCALE = Scale(
    lessons=3,
    windows_per_lesson=2,
    tasks_per_lesson=2,
    workers=1,
    pieces=(2, 5),
    most_kills=KILLS,
)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_recordings(tmp_path_factory.mktemp("audio"), SCALE)


@pytest.fixture(scope="module")
def undisturbed(recordings: list[Path]) -> Round:
    with empty_library(None):
        return run_round(recordings, replace(SCALE, most_kills=0), Random(0))


def test_killing_workers_again_and_again_changes_nothing_but_the_time(
    undisturbed: Round, each_database: str, recordings: list[Path]
) -> None:
    scale = replace(SCALE, workers=WORKERS[each_database])

    found = run_round(recordings, scale, Random(7))

    assert found.kills == KILLS
    assert found.statuses == ["completed"] * 6
    assert found.endings == [1] * 6
    assert found.differences(undisturbed) == 0
    assert found.repeated_calls == 0
    assert found.repeated_windows == 0
