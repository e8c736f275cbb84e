"""Workers that are killed, paused or asked to end: others go on where they stopped."""

import shutil
import subprocess
from pathlib import Path

import pytest

from backend.models import Lesson
from tests.acceptance.workers import (
    AccountingStub,
    MakeLesson,
    ReadLesson,
    Workers,
    WriteConfig,
    assert_completed,
    begin_both,
    count_answers,
    count_windows,
    has_status,
    insert_task,
    make_quiet_recording,
    query,
    spoken,
    task_row,
    texts,
    wait_for_end,
    windows_transcribed_twice,
    worker_settings,
)
from tests.stubs.llm_server import serve
from tests.waiting import wait_until

SIXTY_CALLS = {"segments_per_group": 4, "max_concurrency": 3}
SEGMENTS = 240


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "quiet.flac", windows=3)


@pytest.fixture(scope="module")
def short_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_quiet_recording(tmp_path_factory.mktemp("audio") / "short.flac", windows=1)


def assert_same_transcript(lesson: Lesson, undisturbed: Lesson) -> None:
    assert lesson.transcript
    assert lesson.transcript == undisturbed.transcript
    assert lesson.transcript_metadata == undisturbed.transcript_metadata


def assert_corrected_in_sixty_calls(lesson: Lesson, stub: AccountingStub) -> None:
    assert texts(lesson.corrected_transcript) == [text.upper() for text in texts(lesson.transcript)]
    assert (lesson.correction_metadata or {})["failed_groups"] == []
    assert stub.asked_again() == []
    assert stub.call_count == 60 + stub.lost_calls()


# --- killed ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_another_worker_goes_on_after_the_last_stored_window(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson, recording: Path
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        killed, undisturbed = lesson_of(recording), lesson_of(recording)
        tasks = [insert_task("transcription", {"lesson_id": n}) for n in (killed, undisturbed)]
        workers.start(2)

        wait_until(lambda: count_windows(killed) >= 1, seconds=120)
        dead = workers.holder_of(tasks[0])
        dead.kill()
        assert_completed(*tasks)

        assert_same_transcript(stored_lesson(killed), stored_lesson(undisturbed))
        assert windows_transcribed_twice() == {}
        assert query("SELECT * FROM transcript_window") == []
        assert [task_row(task).worker for task in tasks] == [workers.alive[0].id] * 2


@pytest.mark.usefixtures("each_database")
def test_another_worker_pays_for_no_answered_call_again(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson
) -> None:
    with serve(AccountingStub(latency_seconds=0.1)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        lesson_id = lesson_of(transcript=spoken(SEGMENTS))
        task = insert_task("correction", {"lesson_id": lesson_id, **SIXTY_CALLS})
        workers.start(2)

        wait_until(lambda: count_answers(lesson_id) >= 6, seconds=120)
        workers.holder_of(task).kill()
        lost = stub.call_count - count_answers(lesson_id)
        assert_completed(task)

        assert lost <= 3, "more than were under way"
        assert stub.lost_calls() == lost
        assert_corrected_in_sixty_calls(stored_lesson(lesson_id), stub)
        assert task_row(task).attempt == 2


@pytest.mark.usefixtures("each_database")
def test_a_task_over_which_three_workers_died_fails(
    write_config: WriteConfig, lesson_of: MakeLesson, recording: Path
) -> None:
    with Workers() as workers:
        write_config(worker_settings(worker={"takeover_seconds": 1}))
        task = insert_task("transcription", {"lesson_id": lesson_of(recording)})

        for crashes in range(3):
            workers.begin()
            workers.holder_of(task).kill()
            assert task_row(task).crashes == crashes
        workers.begin()
        (row,) = wait_for_end(task)

        assert row.status == "failed"
        assert row.crashes == 3
        assert "died 3 times" in (row.error or "")
        assert_completed(insert_task("correction", {"lesson_id": lesson_of(transcript=spoken(2))}))


# --- paused ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_a_worker_that_was_paused_writes_nothing_it_no_longer_owns(
    write_config: WriteConfig,
    lesson_of: MakeLesson,
    stored_lesson: ReadLesson,
    recording: Path,
    short_recording: Path,
) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        paused, undisturbed = lesson_of(recording), lesson_of(recording)
        tasks = [insert_task("transcription", {"lesson_id": n}) for n in (paused, undisturbed)]
        workers.start(2)

        wait_until(lambda: count_windows(paused) >= 1, seconds=120)
        sleeper = workers.holder_of(tasks[0])
        sleeper.pause()
        assert_completed(*tasks)
        before = _all_that_work_writes()
        for worker in workers.alive:
            if worker is not sleeper:
                assert worker.stop() == 0
        sleeper.go_on()
        # It is the only one now and does one recording at a time: this waits until whatever it
        # still had in hand is over.
        after = insert_task("transcription", {"lesson_id": lesson_of(short_recording)})
        assert_completed(after)

        assert _all_that_work_writes(but=after) == before
        assert_same_transcript(stored_lesson(paused), stored_lesson(undisturbed))
        assert windows_transcribed_twice() == {}
        assert task_row(after).worker == sleeper.id


def _all_that_work_writes(but: int = 0) -> list[object]:
    """The task rows and the lessons, but for one task and its lesson."""
    return [
        query("SELECT * FROM task WHERE id <> :but ORDER BY id", but=but),
        query(
            "SELECT * FROM lesson WHERE id NOT IN (SELECT lesson_id FROM task WHERE id = :but)"
            " ORDER BY id",
            but=but,
        ),
    ]


# --- asked to end ----------------------------------------------------------------------------


@pytest.mark.usefixtures("each_database")
def test_a_worker_that_is_asked_to_end_stores_what_it_has_and_others_go_on(
    write_config: WriteConfig, lesson_of: MakeLesson, stored_lesson: ReadLesson, recording: Path
) -> None:
    with serve(AccountingStub(latency_seconds=0.2)) as stub, Workers() as workers:
        write_config(worker_settings(stub))
        spoken_lesson, written_lesson = lesson_of(recording), lesson_of(transcript=spoken(SEGMENTS))
        (worker,) = workers.start(1)
        tasks = begin_both(stub, spoken_lesson, written_lesson, SIXTY_CALLS)

        status = worker.stop()

        assert status == 0
        rows = [task_row(task) for task in tasks]
        assert [row.status for row in rows] == ["pending", "pending"]
        assert [(row.claim, row.worker, row.crashes) for row in rows] == [(None, None, 0)] * 2
        assert count_windows(spoken_lesson) >= 1
        assert count_answers(written_lesson) == stub.call_count, "an answer was not kept"
        assert query("SELECT * FROM worker") == []

        workers.begin()
        assert_completed(*tasks)
        assert windows_transcribed_twice() == {}
        assert stub.lost_calls() == 0
        assert_corrected_in_sixty_calls(stored_lesson(written_lesson), stub)


@pytest.mark.usefixtures("each_database")
def test_an_idle_worker_ends_when_it_is_asked_to(write_config: WriteConfig) -> None:
    with Workers() as workers:
        write_config(worker_settings())
        (worker,) = workers.start(1)

        assert worker.stop() == 0

        assert query("SELECT * FROM worker") == []
        assert not worker.has_said("Traceback")


# --- clocks ----------------------------------------------------------------------------------

FAST_CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#define HOUR_SECONDS 3600

int clock_gettime(clockid_t clock, struct timespec *moment) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(clock, moment);
    if (clock == CLOCK_REALTIME) moment->tv_sec += HOUR_SECONDS;
    return status;
}

time_t time(time_t *moment) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (moment) *moment = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *moment, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    moment->tv_sec = now.tv_sec;
    moment->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


@pytest.fixture(scope="module")
def fast_clock(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that, preloaded, sets a process's clock an hour ahead."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("a C compiler is needed to set a process's clock")
    directory = tmp_path_factory.mktemp("clock")
    source, library = directory / "fast_clock.c", directory / "fast_clock.so"
    source.write_text(FAST_CLOCK)
    command = [compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return str(library)


def test_workers_whose_clocks_are_an_hour_apart_leave_each_other_alone(
    data_dir: Path,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    fast_clock: str,
    write_config: WriteConfig,
    lesson_of: MakeLesson,
    recording: Path,
) -> None:
    monkeypatch.setenv("LECTERN_DATABASE_URL", postgres_url)
    with Workers() as workers:
        write_config(worker_settings())
        (usual,) = workers.start(1)
        (ahead,) = workers.start(1, LD_PRELOAD=fast_clock)
        tasks = [
            insert_task("transcription", {"lesson_id": lesson_of(recording)}) for _ in range(2)
        ]

        wait_until(lambda: all(has_status(task, "running") for task in tasks), seconds=120)
        held_by = {task_row(task).worker for task in tasks}
        assert_completed(*tasks)

        assert held_by == {usual.id, ahead.id}
        assert {task_row(task).worker for task in tasks} == held_by, "one was taken over"
        assert [task_row(task).attempt for task in tasks] == [1, 1]
        assert all(0 <= (task_row(task).duration or -1) < 600 for task in tasks)

        # And the one that is ahead finds a death as it finds any other.
        third = insert_task("transcription", {"lesson_id": lesson_of(recording)})
        workers.holder_of(third).kill()
        assert_completed(third)
