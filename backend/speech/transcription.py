"""A recording becomes timed text, window by window."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backend.models.transcript import Segment, Word
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines.base import DecodeOptions, Recogniser
from backend.speech.gaps import (
    MAX_ALONE_SECONDS,
    Gap,
    GapStretch,
    ends_with,
    find_gaps,
    is_surer,
    widen,
)
from backend.speech.quality import find_suspicions, flag_segments, is_better
from backend.speech.vad import (
    SpeechSpan,
    find_speech,
    mean_probability,
    speech_probabilities,
)
from backend.speech.windows import DEFAULT_PLAN, StartPoint, Window, WindowPlan, cut_windows

STRETCH_SECONDS = 30.0
N_STRETCHES = 3
"""The language is judged on up to 3 stretches of 30 s of speech, spread over the window: the
first half minute alone is often music, or somebody reading out a foreign title."""
SURE_PROBABILITY = 0.5
"""Below this the next window is asked again."""
STRETCH_MARGIN_SECONDS = 0.2
"""What is heard around a stretch that is decoded alone, so that its edges are not clipped."""
AUDIBLE_LEVEL = 0.003
"""Sound whose peak stays under this (-50 dB) is silence, voice filter or not."""


@dataclass(frozen=True)
class Language:
    """The language that is spoken; `probability` is None where nobody had to guess."""

    code: str | None = None
    probability: float | None = None

    @property
    def is_settled(self) -> bool:
        if self.code is None:
            return False
        return self.probability is None or self.probability >= SURE_PROBABILITY


@dataclass(frozen=True)
class TranscribedWindow:
    """The text of one window; `start`, `end` and all times are seconds of the recording."""

    position: int
    start: float
    end: float
    speech_seconds: float
    language: Language
    segments: list[Segment]


OnSeconds = Callable[[float], None]
"""Called with the seconds of the recording that are done; it may raise to stop the work."""


@dataclass(frozen=True)
class TranscriptionJob:
    """All that decides what text comes out of a recording."""

    recogniser: Recogniser
    options: DecodeOptions
    plan: WindowPlan = DEFAULT_PLAN

    def run(
        self, stream: Iterable[np.ndarray], after: TranscribedWindow | None, on_seconds: OnSeconds
    ) -> Iterator[TranscribedWindow]:
        """Transcribe the windows that come after the given one, in order."""
        start = StartPoint()
        language = Language(self.options.language)
        if after is not None:
            start = StartPoint(after.position + 1, round(after.end * SAMPLE_RATE_HZ))
            language = after.language
        for window in cut_windows(stream, self.plan, start):
            transcribed = self._transcribe(window, language, on_seconds)
            language = transcribed.language
            yield transcribed
            on_seconds(window.end_seconds)

    def _transcribe(
        self, window: Window, language: Language, on_seconds: OnSeconds
    ) -> TranscribedWindow:
        speech = find_speech(window.probabilities, window.waveform.size)
        if not language.is_settled:
            language = self._detect_language(window, speech, language)
        options = replace(self.options, language=language.code)
        heard = self.recogniser.recognise(
            window.waveform,
            self._listened(window.waveform, speech),
            options,
            lambda seconds: on_seconds(min(window.start_seconds + seconds, window.end_seconds)),
        )
        judged = self._judge(heard, window)
        return TranscribedWindow(
            position=window.position,
            start=window.start_seconds,
            end=window.end_seconds,
            speech_seconds=sum(span.samples for span in speech) / SAMPLE_RATE_HZ,
            language=language,
            segments=[
                shift(segment, window.start_seconds)
                for segment in self._fill_gaps(
                    self._try_again(judged, window, options), window, options
                )
            ],
        )

    def _listened(self, waveform: np.ndarray, speech: Sequence[SpeechSpan]) -> Sequence[SpeechSpan]:
        """The spans to listen to: where somebody speaks, or all of it without the voice filter."""
        if self.options.vad_filter:
            return speech
        return [SpeechSpan(0, waveform.size)] if np.abs(waveform).max() >= AUDIBLE_LEVEL else []

    def _detect_language(
        self, window: Window, speech: Sequence[SpeechSpan], before: Language
    ) -> Language:
        stretches = pick_stretches(window.waveform, speech)
        if not stretches:
            return before
        probabilities = self.recogniser.detect_language(stretches)
        code = max(probabilities, key=lambda language: probabilities[language])
        if before.probability is not None and before.probability > probabilities[code]:
            return before
        return Language(code, round(probabilities[code], 3))

    def _judge(self, segments: Sequence[Segment], window: Window) -> list[Segment]:
        """Clip to the window, measure the voice under each segment, and flag."""
        n_seconds = window.waveform.size / SAMPLE_RATE_HZ
        clipped = [clip(segment, n_seconds) for segment in segments if segment.text]
        measured = [
            segment.model_copy(
                update={
                    "speech_probability": round(
                        mean_probability(window.probabilities, segment.start, segment.end), 3
                    )
                }
            )
            for segment in sorted(clipped, key=lambda segment: segment.start)
        ]
        return flag_segments(measured)

    def _try_again(
        self, segments: list[Segment], window: Window, options: DecodeOptions
    ) -> list[Segment]:
        """Decode suspicious stretches once more with other settings; keep what is better."""
        kept: list[Segment] = []
        done = 0
        for suspicion in find_suspicions(segments):
            kept.extend(segments[done : suspicion.first])
            done = suspicion.last + 1
            first_try = segments[suspicion.first : done]
            second_try = self._decode_stretch(first_try, window, options)
            kept.extend(second_try if is_better(second_try, first_try) else first_try)
        kept.extend(segments[done:])
        return kept

    def _decode_stretch(
        self, segments: Sequence[Segment], window: Window, options: DecodeOptions
    ) -> list[Segment]:
        stretch = GapStretch(segments[0].start, segments[-1].end)
        careful = replace(options, initial_prompt="", is_second_try=True)
        return self._decode_alone(stretch, window, careful)

    def _fill_gaps(
        self, segments: list[Segment], window: Window, options: DecodeOptions
    ) -> list[Segment]:
        """Decode anew, each alone, the places where somebody speaks and nothing was heard.

        Whisper now and then passes over a sentence, and writes the next ones down in the wrong
        places, unsurely, until it has caught up: all of these are decoded again together, and
        replaced if as much is heard and more surely, with nothing suspicious in it.
        """
        for gap in reversed(find_gaps(segments, window.probabilities)):
            first, last = widen(gap, segments)
            heard = self._hear_again(gap, segments[first:last], window, options)
            while last < len(segments) and ends_with(heard, segments[last]):
                # The next segment was in the wrong place, too.
                last += 1
                heard = self._hear_again(gap, segments[first:last], window, options)
            if is_surer(heard, segments[first:last]):
                segments = [*segments[:first], *heard, *segments[last:]]
        return segments

    def _hear_again(
        self, gap: Gap, neighbours: Sequence[Segment], window: Window, options: DecodeOptions
    ) -> list[Segment]:
        """A gap and its neighbours, decoded together; nothing if they are too long for that."""
        stretch = gap.together_with(neighbours)
        if stretch.end - stretch.start > MAX_ALONE_SECONDS:
            return []
        return self._decode_alone(stretch, window, options)

    def _decode_alone(
        self, stretch: GapStretch, window: Window, options: DecodeOptions
    ) -> list[Segment]:
        """What is heard in a stretch of the window alone, judged; times are the window's."""
        first = int((stretch.start - STRETCH_MARGIN_SECONDS) * SAMPLE_RATE_HZ)
        last = int((stretch.end + STRETCH_MARGIN_SECONDS) * SAMPLE_RATE_HZ)
        first, last = max(0, first), min(window.waveform.size, last)
        part = window.waveform[first:last]
        speech = self._listened(part, find_speech(speech_probabilities(part), part.size))
        found = self.recogniser.recognise(part, speech, options, _ignore)
        moved = [shift(segment, first / SAMPLE_RATE_HZ) for segment in found]
        within = [_hold(segment, stretch.start, stretch.end) for segment in moved]
        return self._judge(within, window)


def _ignore(seconds: float) -> None:
    """A second try does not move the progress."""


def pick_stretches(waveform: np.ndarray, speech: Sequence[SpeechSpan]) -> list[np.ndarray]:
    """Up to `N_STRETCHES` stretches of speech, spread over all there is of it."""
    if not speech:
        return []
    joined = np.concatenate([waveform[span.start : span.end] for span in speech])
    length = int(STRETCH_SECONDS * SAMPLE_RATE_HZ)
    n_stretches = max(1, min(N_STRETCHES, joined.size // length))
    starts = np.linspace(0, max(0, joined.size - length), n_stretches).astype(int)
    return [joined[start : start + length] for start in starts.tolist()]


def shift(segment: Segment, seconds: float) -> Segment:
    """The segment `seconds` later."""
    return _map_times(segment, lambda time: time + seconds)


def clip(segment: Segment, end_seconds: float) -> Segment:
    """The segment within [0, end_seconds]: recognisers write times past the end of the sound."""
    return _hold(segment, 0.0, end_seconds)


def _hold(segment: Segment, start: float, end: float) -> Segment:
    return _map_times(segment, lambda time: min(max(time, start), end))


def _map_times(segment: Segment, move: Callable[[float], float]) -> Segment:
    def moved(timed: Segment | Word) -> dict[str, object]:
        return {"start": round(move(timed.start), 3), "end": round(move(timed.end), 3)}

    words = segment.words and tuple(word.model_copy(update=moved(word)) for word in segment.words)
    return segment.model_copy(update=moved(segment) | {"words": words})
