"""Whisper models made on the spot, which faster-whisper loads without a network.

Their sizes are those of real models and their weights random, so that they cost as much time and
memory as the real ones. They understand nothing: with `sayings` such a model hears these segments
in every half minute of sound, whatever it is, and without any it hears gibberish. (A model that
understands its own small language is tests/data/nano-whisper.)

    make_whisper_model(tmp_path / "model", "nano", sayings=("good morning", "open your books"))
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]

FULL_VOCABULARY = 50_257
"""Text tokens of the real multilingual models."""
SMALL_VOCABULARY = 600
N_TIMESTAMPS = 1_501
ENCODER_POSITIONS, DECODER_POSITIONS = 1_500, 448

LANGUAGE_CODES = """
    en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur
    hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si
    km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln
    ha ba jw su
"""
LANGUAGES = LANGUAGE_CODES.split()

SUCCESSOR_LOGIT = 20.0
"""How strongly a token of a saying calls for the next one: enough for a mean log probability
close to 0, so that no half minute is decoded again at another temperature."""
RETURN_LOGIT = 10.0
"""How strongly it calls for the saying's first word. A search with several beams ends once each
has an end: this sends the lesser beams back, where they would else skip words and end first."""
QUIET_LAYERS = 0.02
"""What the decoder's layers, which hear the sound, may add to a token in a model with sayings."""
SAYING_SECONDS = 4
"""What the model claims that each saying takes."""
MAX_SAYINGS = 7  # of 4 s in half a minute


@dataclass(frozen=True)
class Shape:
    """The measures of a model."""

    mel_bands: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    text_tokens: int = FULL_VOCABULARY


SHAPES = {
    "nano": Shape(80, 64, 1, 1, 1, SMALL_VOCABULARY),
    "tiny": Shape(80, 384, 6, 4, 4),
    "base": Shape(80, 512, 8, 6, 6),
    "small": Shape(80, 768, 12, 12, 12),
}


def make_whisper_model(
    directory: Path, shape: str = "nano", *, sayings: Sequence[str] = (), seed: int = 0
) -> Path:
    """Write the model's directory, in int8, and return it.

    Parameters
    ----------
    shape
        One of SHAPES.
    sayings
        The segments of every half minute, seven at most; no word may come twice in them all,
        because each word alone decides which follows.
    """
    words = [word for saying in sayings for word in saying.split()]
    if len(sayings) > MAX_SAYINGS or not all(saying.strip() for saying in sayings):
        raise ValueError(f"a model has {MAX_SAYINGS} sayings at most, none of them empty")
    if len(set(words)) < len(words):
        raise ValueError("no word may come twice in the sayings")
    tokenizer = _build_tokenizer(SHAPES[shape].text_tokens, words)
    weights = _RandomWeights(SHAPES[shape], seed)
    spec = weights.fill(tokenizer, sayings)
    directory.mkdir(parents=True, exist_ok=True)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(directory))
    tokenizer.save(str(directory / "tokenizer.json"))
    preprocessor = {"feature_size": SHAPES[shape].mel_bands, "chunk_length": 30}
    (directory / "preprocessor_config.json").write_text(json.dumps(preprocessor))
    return directory


# --- the vocabulary ----------------------------------------------------------------------------


def _byte_characters() -> dict[int, str]:
    """The printable character that byte-level tokenizers write for each byte (GPT-2's table)."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = [byte for byte in range(256) if byte not in printable]
    shifted = {byte: chr(256 + place) for place, byte in enumerate(others)}
    return {byte: shifted.get(byte, chr(byte)) for byte in range(256)}


def _as_token(text: str) -> str:
    characters = _byte_characters()
    return "".join(characters[byte] for byte in text.encode())


def _say_in_order(sayings: Sequence[str]) -> list[str]:
    """The tokens of half a minute, from the one that Whisper is prompted with to the end.

    A segment's first time lies a step after the last one of the segment before, so that each
    time has one successor.
    """
    tokens = ["<|startoftranscript|>", "<|en|>", "<|transcribe|>"]
    for number, saying in enumerate(sayings):
        start = number * SAYING_SECONDS + (0.02 if number else 0.0)
        end = (number + 1) * SAYING_SECONDS
        words = [_as_token(f" {word}") for word in saying.split()]
        tokens += [f"<|{start:.2f}|>", *words, f"<|{end:.2f}|>"]
    return [*tokens, "<|endoftext|>"]


def _build_tokenizer(n_text_tokens: int, words: Sequence[str]) -> Any:
    """A byte-level tokenizer: single bytes, the words, filler up to the size, Whisper's marks."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    # The empty token: without it CTranslate2 takes the model for one that knows English alone.
    tokens = [*_byte_characters().values(), *(_as_token(f" {word}") for word in words), ""]
    filler = (f"filler{number}" for number in range(n_text_tokens))
    tokens += [next(filler) for _ in range(n_text_tokens - len(tokens))]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    marks = ["endoftext", "startoftranscript", *LANGUAGES, "translate", "transcribe"]
    marks += ["startoflm", "startofprev", "nospeech", "notimestamps"]
    tokenizer.add_special_tokens([AddedToken(f"<|{mark}|>", special=True) for mark in marks])
    times = [f"<|{number * 0.02:.2f}|>" for number in range(N_TIMESTAMPS)]
    tokenizer.add_tokens([AddedToken(time, special=False, normalized=False) for time in times])
    return tokenizer


# --- the weights -------------------------------------------------------------------------------


class _RandomWeights:
    """Fills the parts of a Whisper model of one shape."""

    def __init__(self, shape: Shape, seed: int) -> None:
        self._shape = shape
        self._random = np.random.default_rng(seed)

    def fill(self, tokenizer: Any, sayings: Sequence[str]) -> Any:
        from ctranslate2.specs.whisper_spec import WhisperSpec

        shape = self._shape
        spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
        self._fill_encoder(spec.encoder)
        self._fill_decoder(spec.decoder, loudness=QUIET_LAYERS if sayings else 1.0)
        decoder = spec.decoder
        if sayings:
            decoder.embeddings.weight, decoder.projection.weight = self._chain(tokenizer, sayings)
        else:
            decoder.embeddings.weight = 0.02 * self._normal(tokenizer.get_vocab_size(), shape.width)
            decoder.projection.weight = decoder.embeddings.weight
        spec.config.suppress_ids = []
        spec.config.suppress_ids_begin = [32, tokenizer.token_to_id("<|endoftext|>")]
        spec.config.lang_ids = [tokenizer.token_to_id(f"<|{name}|>") for name in LANGUAGES]
        upper_half = range(shape.decoder_layers // 2, shape.decoder_layers)
        spec.config.alignment_heads = [
            [layer, head] for layer in upper_half for head in range(shape.heads)
        ]
        spec.register_vocabulary(
            [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
        )
        return spec

    def _fill_encoder(self, encoder: Any) -> None:
        width = self._shape.width
        encoder.conv1.weight = self._scaled(width, self._shape.mel_bands, 3)
        encoder.conv2.weight = self._scaled(width, width, 3)
        encoder.conv1.bias = encoder.conv2.bias = np.zeros(width, np.float32)
        encoder.position_encodings.encodings = 0.1 * self._normal(ENCODER_POSITIONS, width)
        self._fill_norm(encoder.layer_norm)
        for layer in encoder.layer:
            self._fill_attention(layer.self_attention)
            self._fill_feed_forward(layer.ffn)

    def _fill_decoder(self, decoder: Any, loudness: float) -> None:
        width = self._shape.width
        decoder.position_encodings.encodings = (
            0.1 * loudness * self._normal(DECODER_POSITIONS, width)
        )
        self._fill_norm(decoder.layer_norm)
        for layer in decoder.layer:
            self._fill_attention(layer.self_attention, loudness)
            self._fill_cross_attention(layer.attention, loudness)
            self._fill_feed_forward(layer.ffn, loudness)

    def _chain(self, tokenizer: Any, sayings: Sequence[str]) -> tuple[Weights, Weights]:
        """Embeddings and projection in which each token points at the one that follows it."""
        size = (tokenizer.get_vocab_size(), self._shape.width)
        embeddings = self._random.choice([-1.0, 1.0], size=size).astype(np.float32)
        projection = np.zeros(size, np.float32)

        def lead(before: str, after: str, logit: float) -> None:
            source, target = tokenizer.token_to_id(before), tokenizer.token_to_id(after)
            projection[target] += embeddings[source] * np.float32(logit / size[1])

        for before, after in pairwise(_say_in_order(sayings)):
            lead(before, after, SUCCESSOR_LOGIT)
        for saying in sayings:
            words = [_as_token(f" {word}") for word in saying.split()]
            for word in words:
                lead(word, words[0], RETURN_LOGIT)
        return embeddings, projection

    def _fill_attention(self, attention: Any, loudness: float = 1.0) -> None:
        width = self._shape.width
        self._fill_norm(attention.layer_norm)
        self._fill_linear(attention.linear[0], 3 * width, width)
        self._fill_linear(attention.linear[1], width, width, loudness)

    def _fill_cross_attention(self, attention: Any, loudness: float) -> None:
        width = self._shape.width
        self._fill_norm(attention.layer_norm)
        self._fill_linear(attention.linear[0], width, width)
        self._fill_linear(attention.linear[1], 2 * width, width)
        self._fill_linear(attention.linear[2], width, width, loudness)

    def _fill_feed_forward(self, layer: Any, loudness: float = 1.0) -> None:
        width = self._shape.width
        self._fill_norm(layer.layer_norm)
        self._fill_linear(layer.linear_0, 4 * width, width)
        self._fill_linear(layer.linear_1, width, 4 * width, loudness)

    def _fill_linear(self, layer: Any, n_out: int, n_in: int, loudness: float = 1.0) -> None:
        layer.weight = loudness * self._scaled(n_out, n_in)
        layer.bias = np.zeros(n_out, np.float32)

    def _fill_norm(self, norm: Any) -> None:
        norm.gamma = np.ones(self._shape.width, np.float32)
        norm.beta = np.zeros(self._shape.width, np.float32)

    def _scaled(self, *size: int) -> Weights:
        """Normal weights that keep the size of what goes through them."""
        return self._normal(*size) / np.float32(np.sqrt(np.prod(size[1:])))

    def _normal(self, *size: int) -> Weights:
        return self._random.standard_normal(size, dtype=np.float32)
