"""Whisper, by faster-whisper (CTranslate2)."""

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from backend.errors.recognisers import (
    DeviceUnavailable,
    LanguageUnsupported,
    ModelIncomplete,
    RecogniserError,
)
from backend.models.transcript import Segment, Word
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines.base import DecodeOptions, HeardSeconds
from backend.speech.engines.sharing import Shared, loaded_once
from backend.speech.engines.whisper_entry import WHISPER
from backend.speech.model_store import check_model, describe_model
from backend.speech.vad import SpeechSpan

logger = logging.getLogger("lectern.speech")

SECONDS_PER_FEATURE = 0.01
SECONDS_PER_TIMESTAMP = 0.02
AGREEMENT_SECONDS = 0.3
LOADING_TRIES = 3

# A second try must not take the same way: no prompt to echo, no n-gram twice, some chance.
SECOND_TRY = {"no_repeat_ngram_size": 3, "repetition_penalty": 1.1, "temperature": (0.0, 0.4, 0.8)}


class WhisperRecogniser:
    """A Whisper model from a checked directory."""

    def __init__(self, directory: Path, device: str, compute_type: str) -> None:
        self._directory = directory
        self._shared, content = _load_as_it_is(directory, device, compute_type)
        model = self._shared.model
        self._languages: Sequence[str] = model.supported_languages
        self._is_multilingual: bool = model.model.is_multilingual
        self._first_timestamp: int = model.hf_tokenizer.token_to_id("<|notimestamps|>") + 1
        self.facts: Mapping[str, str] = {
            "engine": WHISPER.name,
            "model": directory.name,
            "device": model.model.device,
            "compute_type": model.model.compute_type,
        }
        self.identity = ":".join((WHISPER.name, content, self.facts["compute_type"]))

    def check_language(self, language: str | None) -> None:
        known = self._languages
        if language is not None and language not in known:
            raise LanguageUnsupported(
                f"The Whisper model {self._directory.name} does not know the language "
                f"`{language}` (it knows {', '.join(sorted(known))}).",
                facts={"model": self._directory.name, "language": language},
            )

    def detect_language(self, stretches: Sequence[np.ndarray]) -> Mapping[str, float]:
        if not self._is_multilingual:
            return {"en": 1.0}
        with self._shared.taken() as model:
            judged = [model.detect_language(audio=stretch)[2] for stretch in stretches]
        totals: dict[str, float] = {}
        for probabilities in judged:
            for language, probability in probabilities:
                totals[language] = totals.get(language, 0.0) + probability / len(judged)
        return totals

    def recognise(
        self,
        waveform: np.ndarray,
        speech: Sequence[SpeechSpan],
        options: DecodeOptions,
        heard: HeardSeconds,
    ) -> list[Segment]:
        if not speech:
            return []
        clock = _SpeechClock(speech)
        listened = np.concatenate([waveform[span.start : span.end] for span in speech])

        def decode(model: Any, *, with_words: bool) -> list[Segment]:
            segments = []
            for raw in _transcribe(model, listened, options, with_words=with_words):
                segment = self._to_segment(raw, clock)
                segments.append(segment)
                heard(segment.end)
            return segments

        with self._shared.taken(partial(heard, 0.0)) as model, _named_failures(self._directory):
            # A model that can give words no times must not cost the text: faster-whisper drops
            # such segments, and CTranslate2 refuses where the model names no heads for it.
            try:
                segments = decode(model, with_words=True)
            except ValueError as error:
                logger.warning("%s gives words no times (%s)", self._directory.name, error)
                segments = []
            return segments or decode(model, with_words=False)

    def _to_segment(self, raw: Any, clock: "_SpeechClock") -> Segment:
        words = [
            Word(
                text=word.word.strip(),
                start=clock.to_window(word.start, near=(word.start + word.end) / 2),
                end=clock.to_window(word.end, near=(word.start + word.end) / 2),
                probability=round(float(word.probability), 3),
            )
            for word in raw.words or ()
            if word.word.strip()
        ]
        start, end = self._token_times(raw, clock)
        if words:
            start, end, words = _reconcile(start, end, words)
        return Segment(
            start=start,
            end=max(start, end),
            text=raw.text.strip(),
            words=tuple(words) or None,
            confidence=_mean_probability(words),
            avg_logprob=round(float(raw.avg_logprob), 3),
            no_speech_prob=round(float(raw.no_speech_prob), 3),
            compression_ratio=round(float(raw.compression_ratio), 2),
            temperature=raw.temperature,
        )

    def _token_times(self, raw: Any, clock: "_SpeechClock") -> tuple[float, float]:
        """The times that the model wrote itself.

        faster-whisper puts the word alignment's in their place, which begin too early after a
        pause; the model's own stay in the tokens.
        """
        offset = raw.seek * SECONDS_PER_FEATURE
        first, last = raw.tokens[0], raw.tokens[-1]
        start, end = raw.start, raw.end
        if first >= self._first_timestamp:
            start = offset + (first - self._first_timestamp) * SECONDS_PER_TIMESTAMP
        if last >= self._first_timestamp and len(raw.tokens) > 1:
            end = offset + (last - self._first_timestamp) * SECONDS_PER_TIMESTAMP
        return clock.to_window(start, near=start), clock.to_window(end, near=end, is_end=True)


def _transcribe(
    model: Any, listened: np.ndarray, options: DecodeOptions, *, with_words: bool
) -> Iterable[Any]:
    second_try: dict[str, Any] = SECOND_TRY if options.is_second_try else {}
    found, _ = model.transcribe(
        listened,
        language=options.language,
        beam_size=options.beam_size,
        initial_prompt=options.initial_prompt or None,
        # The text before, as a prompt, is what carries loops from window to window.
        condition_on_previous_text=False,
        word_timestamps=with_words,
        **second_try,
    )
    segments: Iterable[Any] = found
    return segments


class _SpeechClock:
    """Turns times in the joined speech, which is what the model hears, into the window's."""

    def __init__(self, speech: Sequence[SpeechSpan]) -> None:
        self._ends: list[int] = np.cumsum([span.samples for span in speech]).tolist()
        self._shifts: list[int] = [
            span.start - (end - span.samples) for span, end in zip(speech, self._ends, strict=True)
        ]

    def to_window(self, seconds: float, *, near: float, is_end: bool = False) -> float:
        """`near` says which span the time belongs to: a word's start and end share one."""
        find = bisect_left if is_end else bisect_right
        index = min(find(self._ends, round(near * SAMPLE_RATE_HZ)), len(self._shifts) - 1)
        return seconds + self._shifts[index] / SAMPLE_RATE_HZ


def _reconcile(start: float, end: float, words: list[Word]) -> tuple[float, float, list[Word]]:
    """Make a segment's times and its words' agree: of two edges the one nearer to the text.

    After a pause the alignment gives the pause to the first word, and the model's own time may
    lie in the pause too: speech begins at the later of the two. Its end is the model's own where
    the alignment roughly agrees, else the model let the segment run on into the next pause.
    """
    first, last = words[0], words[-1]
    start = max(start, first.start) if start < first.end else first.start
    agrees = last.start < end <= last.end + AGREEMENT_SECONDS
    end = end if agrees else last.end
    words[0] = first.model_copy(update={"start": start})
    words[-1] = words[-1].model_copy(update={"end": max(end, words[-1].start)})
    return start, end, list(_in_order(words))


def _in_order(words: Sequence[Word]) -> Iterator[Word]:
    """Words whose times never run backwards."""
    earliest = 0.0
    for word in words:
        start = max(word.start, earliest)
        earliest = max(word.end, start)
        yield word.model_copy(update={"start": start, "end": earliest})


def _mean_probability(words: Sequence[Word]) -> float | None:
    known = [word.probability for word in words if word.probability is not None]
    return round(sum(known) / len(known), 3) if known else None


@contextmanager
def _named_failures(directory: Path) -> Iterator[None]:
    """CTranslate2 reports everything as a RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        if "is not found or cannot be loaded" in str(error):
            raise DeviceUnavailable(
                f"NVIDIA's libraries are missing ({error}): install them (the packages "
                "nvidia-cublas-cu12 and nvidia-cudnn-cu12), or set transcription.device to `cpu`.",
                facts={"said": str(error)},
            ) from error
        if "out of memory" in str(error):
            raise RecogniserError(
                f"The Whisper model {directory.name} does not fit the device's memory: choose a "
                "smaller one, or set transcription.compute_type to `int8`.",
                facts={"model": directory.name, "said": str(error)},
            ) from error
        raise RecogniserError(
            f"The Whisper model {directory.name} failed ({error}): download it again, or set "
            "transcription.device to `cpu`.",
            facts={"model": directory.name, "said": str(error)},
        ) from error


def _load_as_it_is(directory: Path, device: str, compute_type: str) -> tuple[Shared[Any], str]:
    """The model, and the identity of what was loaded.

    A directory may be replaced at any moment. One that was replaced since it was loaded is loaded
    anew, and one that is replaced while it is read may have given files of both.
    """
    for _ in range(LOADING_TRIES):
        check_model(directory)
        with suppress(FileNotFoundError):  # at this moment it is replaced
            content = describe_model(directory).identity
            shared = _load(directory, content, device, compute_type)
            if describe_model(directory).identity == content:
                return shared, content
    raise ModelIncomplete(
        f"The Whisper model in {directory} is being replaced again and again while it is loaded: "
        "wait until that has ended, then start again.",
        facts={"model": directory.name, "detail": "it is being replaced"},
    )


@loaded_once
def _load(directory: Path, content: str, device: str, compute_type: str) -> Any:
    """`content` tells a model from another that took its place."""
    import ctranslate2
    from faster_whisper import WhisperModel

    # It writes past Python's logging, onto the terminal; what matters of it is logged below.
    ctranslate2.set_log_level(logging.ERROR)
    if device == "cuda" and ctranslate2.get_cuda_device_count() == 0:
        raise DeviceUnavailable("There is no CUDA device that can be used here.")
    try:
        model = WhisperModel(
            str(directory), device=device, compute_type=compute_type, local_files_only=True
        )
    except ValueError as error:
        allowed = ", ".join(sorted(ctranslate2.get_supported_compute_types(_resolve(device))))
        raise DeviceUnavailable(
            f"The compute type `{compute_type}` cannot be used on this device, which knows "
            f"{allowed}.",
            facts={"kind": compute_type},
        ) from error
    except RuntimeError as error:
        raise ModelIncomplete(
            f"The Whisper model in {directory} cannot be loaded ({error}).",
            facts={"model": directory.name, "said": str(error)},
        ) from error
    _require_matching_features(model, directory)
    computed, runs_on = model.model.compute_type, model.model.device
    logger.info("%s is computed in %s on %s", directory.name, computed, runs_on)
    return model


def _resolve(device: str) -> str:
    import ctranslate2

    if device == "auto":
        return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    return device


def _require_matching_features(model: Any, directory: Path) -> None:
    """A 128-band model without its preprocessor_config.json would be fed 80 bands."""
    if model.model.n_mels != model.feature_extractor.mel_filters.shape[0]:
        raise ModelIncomplete(
            f"The Whisper model in {directory} lacks its preprocessor_config.json.",
            facts={"model": directory.name, "file": "preprocessor_config.json"},
        )
