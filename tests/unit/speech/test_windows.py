"""Cutting a recording into windows."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.vad import FRAME_SAMPLES, find_speech, mean_probability, speech_probabilities
from backend.speech.windows import StartPoint, WindowPlan, cut_windows, find_cut
from tests.audio_files import Pause, Say, speak_nano

SMALL_PLAN = WindowPlan(window_samples=40 * FRAME_SAMPLES, search_samples=10 * FRAME_SAMPLES)


def blocks_of(waveform: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    bounds = np.cumsum(sizes)
    return [block for block in np.split(waveform, bounds[bounds < waveform.size]) if block.size]


def noise(seed: int, n_samples: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, n_samples).astype(np.float32)


waveforms = st.builds(
    noise,
    st.integers(0, 1000),
    st.integers(0, 5 * SMALL_PLAN.window_samples),
)


@settings(max_examples=40, deadline=None)
@given(waveform=waveforms, sizes=st.lists(st.integers(1, 30_000), max_size=30))
def test_windows_tile_the_recording_in_order_whatever_the_blocks(
    waveform: np.ndarray, sizes: list[int]
) -> None:
    windows = list(cut_windows(blocks_of(waveform, sizes), SMALL_PLAN))

    joined = np.concatenate([np.zeros(0, np.float32), *(window.waveform for window in windows)])
    assert np.array_equal(joined, waveform)
    assert [window.position for window in windows] == list(range(len(windows)))
    assert all(a.end_sample == b.start_sample for a, b in pairwise(windows))
    assert all(0 < window.waveform.size <= SMALL_PLAN.window_samples for window in windows)
    assert all(
        window.probabilities.size == -(-window.waveform.size // FRAME_SAMPLES) for window in windows
    )


@settings(max_examples=20, deadline=None)
@given(waveform=waveforms, data=st.data())
def test_starting_after_any_window_finds_the_same_windows(
    waveform: np.ndarray, data: st.DataObject
) -> None:
    whole = list(cut_windows([waveform], SMALL_PLAN))
    if not whole:
        return
    after = data.draw(st.sampled_from(whole))

    start = StartPoint(after.position + 1, after.end_sample)
    rest = list(cut_windows([waveform], SMALL_PLAN, start))

    expected = whole[after.position + 1 :]
    assert [(w.position, w.start_sample, w.end_sample) for w in rest] == [
        (w.position, w.start_sample, w.end_sample) for w in expected
    ]
    for found, before in zip(rest, expected, strict=True):
        assert np.array_equal(found.probabilities, before.probabilities)


def test_a_window_ends_in_the_middle_of_the_longest_silence_near_its_end() -> None:
    probabilities = np.full(40, 0.9, np.float32)
    probabilities[5:25] = 0.0  # longer, but too early
    probabilities[31:33] = 0.1
    probabilities[34:38] = 0.1

    assert find_cut(probabilities, SMALL_PLAN) == 36 * FRAME_SAMPLES


def test_an_earlier_silence_that_is_longer_is_cut_rather_than_the_last() -> None:
    probabilities = np.ones(40)
    probabilities[31:35] = 0.0
    probabilities[37:39] = 0.0

    assert find_cut(probabilities, SMALL_PLAN) == 33 * FRAME_SAMPLES


def test_no_more_of_a_recording_is_held_than_a_window_needs() -> None:
    n_read = 0

    def read() -> Iterator[np.ndarray]:
        nonlocal n_read
        for seed in range(100):
            n_read += 1
            yield noise(seed, 4 * FRAME_SAMPLES)

    next(cut_windows(read(), SMALL_PLAN))

    assert n_read <= 2 * SMALL_PLAN.window_samples // (4 * FRAME_SAMPLES)


def test_of_silences_of_one_length_the_last_is_cut_for_the_longer_window() -> None:
    probabilities = np.full(40, 0.9, np.float32)
    probabilities[31:33] = 0.1
    probabilities[36:38] = 0.1

    assert find_cut(probabilities, SMALL_PLAN) == 37 * FRAME_SAMPLES


@pytest.mark.parametrize(("n_more_samples", "n_windows"), [(-1, 1), (0, 1), (1, 2)])
def test_a_recording_that_fits_a_window_exactly_is_one(n_more_samples: int, n_windows: int) -> None:
    waveform = noise(1, SMALL_PLAN.window_samples + n_more_samples)

    assert len(list(cut_windows([waveform], SMALL_PLAN))) == n_windows


def test_without_a_pause_the_cut_is_where_a_voice_is_least_likely() -> None:
    probabilities = np.full(40, 0.9, np.float32)
    probabilities[37] = 0.5

    assert find_cut(probabilities, SMALL_PLAN) == 37 * FRAME_SAMPLES


def test_no_sentence_is_cut_in_two_where_there_are_pauses() -> None:
    speech = speak_nano([piece for n in range(12) for piece in (Say(n), Pause(0.8))])
    plan = WindowPlan(12 * SAMPLE_RATE_HZ, 6 * SAMPLE_RATE_HZ)

    cuts = [window.end_seconds for window in cut_windows([speech.waveform], plan)][:-1]

    assert len(cuts) >= 2
    for cut in cuts:
        assert not any(s.start < cut < s.end for s in speech.sentences), cut


def test_speech_is_found_where_it_is_and_padded_spans_never_overlap() -> None:
    speech = speak_nano([Pause(3.0), Say(0), Pause(4.0), Say(1), Pause(0.5), Say(2), Pause(3.0)])

    probabilities = speech_probabilities(speech.waveform)
    spans = find_speech(probabilities, speech.waveform.size)

    assert len(spans) == 2  # half a second of silence does not part them
    assert all(a.end <= b.start for a, b in pairwise(spans))
    first, second, third = speech.sentences
    assert spans[0].start / SAMPLE_RATE_HZ <= first.start
    assert spans[0].end / SAMPLE_RATE_HZ >= first.end
    assert spans[1].start / SAMPLE_RATE_HZ <= second.start
    assert spans[1].end / SAMPLE_RATE_HZ >= third.end
    assert mean_probability(probabilities, first.start, first.end) > 0.8
    assert mean_probability(probabilities, first.end + 0.5, second.start - 0.5) < 0.1


@pytest.mark.parametrize("n_samples", [0, 1, 511, 512, 513])
def test_the_voice_detector_takes_any_length(n_samples: int) -> None:
    waveform = np.zeros(n_samples, np.float32)

    probabilities = speech_probabilities(waveform)

    assert probabilities.size == -(-n_samples // FRAME_SAMPLES)
    assert find_speech(probabilities, n_samples) == []
