"""The built-in recogniser: pocketsphinx with the English model of its wheel.

It is rough (some 10 % of the words wrong on a clear synthetic voice, a quarter to a half on
people, no capitals, no punctuation) and needs nothing: it is there so that everything works
before a Whisper model is installed. For Python 3.12 on Linux on Arm it cannot be had.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import numpy as np

from backend.errors.recognisers import LanguageUnsupported
from backend.models.transcript import Segment, Word
from backend.speech.audio import SAMPLE_RATE_HZ
from backend.speech.engines.base import DecodeOptions, HeardSeconds
from backend.speech.engines.sharing import loaded_once
from backend.speech.engines.sphinx_entry import MODEL, SPHINX
from backend.speech.vad import SpeechSpan

WAY = "each-window-alone"
"""Part of the identity: changed when our use of the decoder changes what is heard."""

FRAMES_PER_SECOND = 100
MIN_UTTERANCE_SAMPLES = 10 * SAMPLE_RATE_HZ
MAX_UTTERANCE_SAMPLES = 30 * SAMPLE_RATE_HZ
QUIET_SAMPLES = SAMPLE_RATE_HZ // 5  # the quietest 0.2 s between the two is where to cut

MAX_SEGMENT_SECONDS = 15.0
"""Longer stretches are split at their longest pause, so that a segment stays readable."""
MIN_PAUSE_SECONDS = 0.25
"""A pause that may end a segment."""
MIN_SEGMENT_SECONDS = 4.0
"""Shorter stretches are not split, or a hesitant speaker gets one segment for every two words."""


class SphinxRecogniser:
    """pocketsphinx, English only. It has no beam size and takes no prompt."""

    facts: Mapping[str, str] = {
        "engine": SPHINX.name,
        "model": MODEL,
        "device": "cpu",
        "compute_type": "default",
    }

    @property
    def identity(self) -> str:
        return f"pocketsphinx:{version('pocketsphinx')}:{WAY}"

    def check_language(self, language: str | None) -> None:
        if language is not None and language not in SPHINX.languages:
            raise LanguageUnsupported(
                f"The built-in recogniser knows English only, not `{language}`.",
                facts={"language": language},
            )

    def detect_language(self, stretches: Sequence[np.ndarray]) -> Mapping[str, float]:
        return {"en": 1.0}

    def recognise(
        self,
        waveform: np.ndarray,
        speech: Sequence[SpeechSpan],
        options: DecodeOptions,
        heard: HeardSeconds,
    ) -> list[Segment]:
        segments: list[Segment] = []
        with _decoder().taken(partial(heard, 0.0)) as decoder:
            # Its estimate of the noise would go on from whatever was heard before, perhaps in
            # another recording, and the same sound would give other words.
            decoder.reinit_feat()
            for span in speech:
                for utterance in _utterances(waveform, span):
                    words = _words(decoder, waveform, utterance)
                    segments.extend(_to_segment(stretch) for stretch in _split(words))
                    heard(utterance.end / SAMPLE_RATE_HZ)
        return segments


@loaded_once
def _decoder() -> Any:
    from pocketsphinx import Decoder

    return Decoder(bestpath=True, loglevel="FATAL")


def _utterances(waveform: np.ndarray, span: SpeechSpan) -> Iterator[SpeechSpan]:
    """Cut a span at its quietest moments: the decoder's work grows faster than an utterance."""
    start = span.start
    while span.end - start > MAX_UTTERANCE_SAMPLES:
        searched = waveform[start + MIN_UTTERANCE_SAMPLES : start + MAX_UTTERANCE_SAMPLES]
        pieces = searched[: searched.size // QUIET_SAMPLES * QUIET_SAMPLES]
        energy = np.square(pieces).reshape(-1, QUIET_SAMPLES).sum(axis=1)
        middle = int(np.argmin(energy)) * QUIET_SAMPLES + QUIET_SAMPLES // 2
        cut = start + MIN_UTTERANCE_SAMPLES + middle
        yield SpeechSpan(start, cut)
        start = cut
    yield SpeechSpan(start, span.end)


def _words(decoder: Any, waveform: np.ndarray, span: SpeechSpan) -> list[Word]:
    offset_seconds = span.start / SAMPLE_RATE_HZ
    decoder.start_utt()
    pcm = (np.clip(waveform[span.start : span.end], -1.0, 1.0) * 32767.0).astype(np.int16)
    decoder.process_raw(pcm.tobytes(), full_utt=True)
    decoder.end_utt()
    return [
        Word(
            text=item.word.partition("(")[0],  # "the(2)" is a pronunciation of "the"
            start=offset_seconds + item.start_frame / FRAMES_PER_SECOND,
            end=offset_seconds + (item.end_frame + 1) / FRAMES_PER_SECOND,
            probability=round(min(1.0, item.prob), 3),
        )
        for item in decoder.seg() or ()
        if not item.word.startswith(("<", "["))
    ]


def _split(words: list[Word]) -> Iterator[list[Word]]:
    """Cut at pauses into segments of a sentence or so; every word in exactly one, in order."""
    if not words:
        return
    cut = _best_cut(words)
    if cut is None:
        yield words
    else:
        yield from _split(words[:cut])
        yield from _split(words[cut:])


def _best_cut(words: list[Word]) -> int | None:
    """The index of the word before which to cut, or None to leave the stretch whole."""
    seconds = words[-1].end - words[0].start
    if seconds < MIN_SEGMENT_SECONDS or len(words) < 2:
        return None
    pauses = [after.start - before.end for before, after in pairwise(words)]
    longest = int(np.argmax(pauses))
    if pauses[longest] >= MIN_PAUSE_SECONDS or seconds > MAX_SEGMENT_SECONDS:
        return longest + 1
    return None


def _to_segment(words: list[Word]) -> Segment:
    probabilities = [word.probability or 0.0 for word in words]
    return Segment(
        start=words[0].start,
        end=words[-1].end,
        text=" ".join(word.text for word in words),
        words=tuple(words),
        confidence=round(sum(probabilities) / len(probabilities), 3),
    )
