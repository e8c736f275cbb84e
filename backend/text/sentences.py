"""Sentences and words of running text, with their places in it."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of a text: `text[start:end]`, counted in characters."""

    start: int
    end: int


def base_language(language: str | None) -> str:
    """The language proper of a code: `en-GB` and `EN` are `en`, None is ""."""
    return re.split(r"[-_]", language or "")[0].lower()


# --- sentences -------------------------------------------------------------------------------

PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")

# Marks that end a sentence wherever they stand, in scripts that syntok does not split, and the
# German closing quote, which it takes for an opening one.
CERTAIN_END = re.compile(
    r"[。！？｡][」』）”]*\s*(?=[^\s。！？｡」』）”])|[؟۔।॥]\s+(?=\S)|[.!?]“\s+(?=[A-ZÄÖÜ])"
)

# Words that syntok ends a sentence after, though what follows belongs to them.
# Those that are ordinary words as well (French `art`, `vol`) are not among them.
ABBREVIATIONS = {
    "en": "rev gen col lt sgt eq ch viz approx dept",
    "fr": "m mm mme mlle me mgr pr dr st ste av ap p pp ex cf chap fig env tél boul bd",
    "it": "sig sigg dott prof avv ing arch geom rag on mons pag pagg cap art fig es cfr ca",
    "es": "sr sra srta dr dra ud uds vd vds ee pág págs art núm cap fig ej aprox avda prof profa",
    "de": "bzw ca evtl ggf hl inkl kap s sog st str vgl abb bd nr z u",
}
ABBREVIATION_SETS = {code: frozenset(words.split()) for code, words in ABBREVIATIONS.items()}
CLOSING_QUOTE = re.compile(r"[»”]\s*")
LAST_WORD = re.compile(r"([^\W\d_]{1,60})\.$")

# "am 3. Oktober", "im 19. Jahrhundert": after these a number with a full stop is an ordinal.
GERMAN_ORDINAL = re.compile(
    r"\b(?:am|im|vom|zum|zur|beim|ab|bis|der|die|das|den|dem|des|jede[nrms]?|ein(?:e[nrms]?)?) "
    r"\d{1,2}\.$",
    re.IGNORECASE,
)


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """Where the sentences of `text` stand, in order, without the space around them.

    The spans hold every character that is not white space. English, French, Italian, Spanish
    and German are split with knowledge of their abbreviations; other languages at the marks
    that end a sentence in any script. A blank line always ends a sentence.
    """
    spans: list[Span] = []
    for paragraph in _paragraph_spans(text):
        spans.extend(_split_paragraph(text, paragraph, base_language(language)))
    return spans


def split_sentences(text: str, language: str | None = None) -> list[str]:
    """The sentences of `text`; see `sentence_spans`."""
    return [text[span.start : span.end] for span in sentence_spans(text, language)]


def _paragraph_spans(text: str) -> Iterator[Span]:
    start = 0
    for gap in PARAGRAPH_BREAK.finditer(text):
        yield Span(start, gap.start())
        start = gap.end()
    yield Span(start, len(text))


def _split_paragraph(text: str, paragraph: Span, language: str) -> list[Span]:
    part = text[paragraph.start : paragraph.end]
    starts = _drop_false_starts(part, _proposed_starts(part), language)
    ends = [*starts[1:], len(part)]
    trimmed = (_trim(part, Span(*bounds)) for bounds in zip(starts, ends, strict=True))
    return [
        Span(paragraph.start + span.start, paragraph.start + span.end)
        for span in trimmed
        if span.start < span.end
    ]


def _proposed_starts(text: str) -> list[int]:
    from syntok import segmenter
    from syntok.tokenizer import Tokenizer

    tokens = Tokenizer(replace_not_contraction=False).tokenize(text)
    starts = {sentence[0].offset for sentence in segmenter.segment(tokens)}
    starts.update(match.end() for match in CERTAIN_END.finditer(text))
    return [0, *sorted(starts - {0})]


def _drop_false_starts(text: str, starts: list[int], language: str) -> list[int]:
    kept = starts[:1]
    for start in starts[1:]:
        before = text[kept[-1] : start].rstrip()
        closing_quote = CLOSING_QUOTE.match(text, start)
        if closing_quote and before.count("«") + before.count("“") > 0:
            # The mark closes the sentence before; what comes after it is the new one.
            kept.append(closing_quote.end())
        elif _ends_sentence(before, language):
            kept.append(start)
    return kept


def _ends_sentence(before: str, language: str) -> bool:
    if not before or before.endswith(";"):
        return False
    last_word = LAST_WORD.search(before)
    if last_word and last_word[1].lower() in ABBREVIATION_SETS.get(language, ()):
        return False
    return not (language == "de" and GERMAN_ORDINAL.search(before))


def _trim(text: str, span: Span) -> Span:
    part = text[span.start : span.end]
    start = span.start + len(part) - len(part.lstrip())
    return Span(start, max(start, span.start + len(part.rstrip())))


# --- words -----------------------------------------------------------------------------------

# Chinese and Japanese put no space between words: each character counts as one, as is usual
# where their recognition is measured.
UNSPACED_CHARACTER = re.compile(r"([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
WORD_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―/…]+|\.{2,}|[_,;:!?]{1,20}(?=[^\W\d_])")
APOSTROPHES = str.maketrans("’‘ʼ´`′", "''''''")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


def normalise_words(text: str) -> list[str]:
    """The words of `text` as they are compared: what a listener could not hear is taken away.

    Case is folded (`Straße` is `strasse`), compatible forms are one (`ﬁ` is `fi`), all
    apostrophes are one, and punctuation around words is dropped: it was not spoken. Hyphens,
    dashes, slashes and dots in a row part words (`well-known` is two). Accents stay: in French,
    Italian, Spanish and German they make other words (`ou`, `où`). What stands inside a number
    or a contraction stays (`3.5`, `9:30`, `don't`). In Chinese and Japanese each character is
    a word.
    """
    folded = unicodedata.normalize("NFKC", text).translate(INVISIBLE).translate(APOSTROPHES)
    folded = unicodedata.normalize("NFKC", folded.casefold())
    spaced = UNSPACED_CHARACTER.sub(r" \1 ", folded)
    bare = (_strip_marks(word) for word in WORD_SEPARATORS.split(spaced))
    return [word for word in bare if word]


def _strip_marks(word: str) -> str:
    """`word` without what is no letter, number or accent at its edges."""
    if word.isalnum():
        return word
    spoken = [index for index, character in enumerate(word) if _is_spoken(character)]
    return word[spoken[0] : spoken[-1] + 1] if spoken else ""


def _is_spoken(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


# A mark that stands alone (French "Vraiment ?", "« Oui »") belongs to the word beside it.
CLOSING_MARKS = frozenset("?!;:.,…»”’)]}%")
OPENING_MARKS = frozenset("«“„‘([{¿¡")
BREAKABLE_SPACE = re.compile(r"[^\S\u00a0\u202f\u2007]+")


def display_words(text: str) -> list[str]:
    """The words of `text` as they are shown, each with the marks that belong to it.

    Joined with spaces they are `text` with its white space made single. A no-break space never
    parts words, nor does the space before a mark that stands alone.
    """
    words: list[str] = []
    is_word_open = False
    for token in filter(None, map(str.strip, BREAKABLE_SPACE.split(text))):
        ends_word = token in CLOSING_MARKS and words and words[-1] not in CLOSING_MARKS
        if is_word_open or ends_word:
            words[-1] += " " + token
        else:
            words.append(token)
        is_word_open = token in OPENING_MARKS and not is_word_open
    return words
