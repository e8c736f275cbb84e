"""The correction that needs no language model: rules that cannot change what was said.

Spacing, immediate stutters, the English `I`, and sentence case with full stops where the
recogniser writes neither. No word is lost but the repetition of a stutter, no number changes,
and correcting what was corrected changes nothing.
"""

import re
from collections.abc import Sequence

from backend.models.transcript import Segment
from backend.text.align import carry_word_times
from backend.text.sentences import base_language
from backend.text.word_lists import (
    OPEN_ENDED,
    SENTENCE_STARTERS,
    STUTTERED,
    VARIABLE_I,
)

MIN_SENTENCE_GAP_SECONDS = 0.35
"""A shorter silence between two segments is a breath within a sentence."""

KNOWN_LANGUAGES = frozenset(STUTTERED)


def correct_offline(segments: Sequence[Segment], language: str | None) -> list[Segment]:
    """Correct a transcript by rules: the same segments at the same times, mended texts.

    English, French, Italian, Spanish and German have rules of their own; of any other language
    only the white space is mended. Word times are carried over.
    """
    code = base_language(language)
    mended = [_with_text(segment, mend_text(segment.text, code)) for segment in segments]
    return _mark_sentences(mended, code) if code in KNOWN_LANGUAGES else mended


def mend_text(text: str, language: str) -> str:
    """The rules that look at one segment alone. `language` is a two-letter code, or ""."""
    text = _mend_white_space(text)
    if language not in KNOWN_LANGUAGES:
        return text
    text = _mend_punctuation_spacing(text, language)
    words = text.split(" ")
    if language == "en":
        words = _capitalise_pronoun(words)  # first: it may make a repetition of "i I"
    return " ".join(_remove_stutters(words, language))


def _with_text(segment: Segment, text: str) -> Segment:
    if text == segment.text:
        return segment
    return segment.model_copy(update={"text": text, "words": carry_word_times(segment, text)})


# --- spacing ---------------------------------------------------------------------------------

# French writes a no-break space before its high marks: it is not to be made an ordinary one.
NO_BREAK_SPACES = "\u00a0\u202f\u2007"
ORDINARY_SPACE = re.compile(rf"[^\S{NO_BREAK_SPACES}]+")
SPACE_AROUND_NO_BREAK = re.compile(rf" {{0,9}}([{NO_BREAK_SPACES}]) {{0,9}}")

# One mark that ends a word, not `...`, `.5`, `:)` or the colon of `3 : 4`.
SPACE_BEFORE_LOW_MARK = re.compile(r"(?<=[\w»”)\]])\s+(?=[.,](?:\s|$))(?!(?<=\d\s).\s\d)")
SPACE_BEFORE_HIGH_MARK = re.compile(r"(?<=[\w»”)\]])\s+(?=[;:!?]+(?:\s|$))(?!(?<=\d\s).\s\d)")
MISPLACED_COMMA = re.compile(r"(?<=[^\W_])\s+,(?=[^\W\d_]{2})")
SPACE_IN_BRACKETS = re.compile(r"(?<=\()\s+(?=\w)|(?<=\w)\s+(?=\)(?:\s|$))")
SPACE_AFTER_INVERTED_MARK = re.compile(r"(?<=[¿¡])\s+(?=\w)")

MISSING_SPACE_AFTER_COMMA = re.compile(r"([^\W\d_]{2,60}[,;])([^\W\d_]{2,60}[.,;:!?]?)")
MISSING_SPACE_AFTER_END = re.compile(r"([^\W\d_]{0,60}[a-zà-öø-ÿ]{2}[.!?])([^\W\d_]{1,60})(,?)")


def _mend_white_space(text: str) -> str:
    single = ORDINARY_SPACE.sub(" ", text)
    return SPACE_AROUND_NO_BREAK.sub(r"\1", single).strip()


def _mend_punctuation_spacing(text: str, language: str) -> str:
    text = SPACE_BEFORE_LOW_MARK.sub("", text)
    text = MISPLACED_COMMA.sub(", ", text)
    text = SPACE_IN_BRACKETS.sub("", text)
    if language != "fr":
        text = SPACE_BEFORE_HIGH_MARK.sub("", text)
    if language == "es":
        text = SPACE_AFTER_INVERTED_MARK.sub("", text)
    return " ".join(_part_joined_words(token, language) for token in text.split(" "))


def _part_joined_words(token: str, language: str) -> str:
    """Put the missing space into `one,two` and `end.The`, but not into `N,N` or `node.js`."""
    comma = MISSING_SPACE_AFTER_COMMA.fullmatch(token)
    if comma:
        return f"{comma[1]} {comma[2]}"
    end = MISSING_SPACE_AFTER_END.fullmatch(token)
    if end and end[2][0].isupper() and end[2].lower() in SENTENCE_STARTERS[language]:
        return f"{end[1]} {end[2]}{end[3]}"
    return token


# --- stutters --------------------------------------------------------------------------------


def _remove_stutters(words: Sequence[str], language: str) -> list[str]:
    """Leave out the repetition in `the the cat`; see `STUTTERED` for what is never touched."""
    kept: list[str] = []
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if not (kept and _is_stutter(kept, word, following, language)):
            kept.append(word)
    return kept


def _is_stutter(kept: Sequence[str], word: str, following: str, language: str) -> bool:
    said = kept[-1]
    if said.casefold() != word.casefold() or word.casefold() not in STUTTERED[language]:
        return False
    if word != said and not word.islower():
        return False  # "the The Hague": the capital belongs to a name
    if language != "de" and following[:1].isupper() and said.islower():
        return False  # "de de Gaulle", "a a B": a name, or letters being spelled
    before = kept[-2] if len(kept) > 1 else ""
    return not (_is_spelled_letter(before, word) or _is_spelled_letter(following, word))


def _is_spelled_letter(neighbour: str, word: str) -> bool:
    """Whether one-letter words beside a one-letter neighbour are letters being spelled."""
    return len(word) == 1 and len(neighbour) == 1 and neighbour.casefold() != word.casefold()


# --- the English pronoun ---------------------------------------------------------------------

PRONOUN = re.compile(r"(\W{0,20})i((?:['’](?:m|ve|ll|d))?[,;:!?.…]*)")


def _capitalise_pronoun(words: Sequence[str]) -> list[str]:
    return [_capitalise_i(words, index) for index in range(len(words))]


def _capitalise_i(words: Sequence[str], index: int) -> str:
    match = PRONOUN.fullmatch(words[index])
    if not match or match[1] not in ("", '"', "“", "‘", "'", "("):
        return words[index]
    is_contraction = len(words[index].strip("\"“‘'(,;:!?.…")) > 1
    if not is_contraction and _is_variable(words, index):
        return words[index]
    return f"{match[1]}I{match[2]}"


def _is_variable(words: Sequence[str], index: int) -> bool:
    """Whether the `i` at `index` is mathematics ("the index i", "i equals one", "i and j")."""
    before = [_bare(word) for word in words[max(0, index - 2) : index]]
    after = [_bare(word) for word in words[index + 1 : index + 3]]
    if before and (before[-1] in VARIABLE_I["before"] or _is_other_letter(before[-1])):
        return True
    if after and (after[0] in VARIABLE_I["after"] or _is_other_letter(after[0])):
        return True
    return _is_letter_list(after) or _is_letter_list(before[::-1])


def _is_letter_list(neighbours: Sequence[str]) -> bool:
    return (
        len(neighbours) == 2 and neighbours[0] in ("and", "or") and _is_other_letter(neighbours[1])
    )


def _is_other_letter(word: str) -> bool:
    return len(word) == 1 and word not in ("a", "i") and not word.isspace()


def _bare(word: str) -> str:
    return word.casefold().strip('.,;:!?…"“”()') or word


# --- sentences -------------------------------------------------------------------------------

ENGLISH_I = re.compile(r"\bI\b")
SENTENCE_PUNCTUATION = re.compile(r"[.,;:!?…]{1,20}(?:\s|$)|[¿¡«»“”„\"]")
SENTENCE_END = re.compile(r"[.!?…。！？؟][\"”»“’')\]]*$")
FIRST_WORD = re.compile(r"[^\W\d_]+")
ADDRESS = re.compile(r"[^\W\d_][./@:\\]\w")


def _mark_sentences(segments: Sequence[Segment], language: str) -> list[Segment]:
    """Give bare segments a capital where a sentence begins and a full stop where it ends."""
    marked: list[Segment] = []
    text_before = ""
    for index, segment in enumerate(segments):
        text = segment.text
        if text and is_bare(text, language):
            if not text_before or SENTENCE_END.search(text_before):
                text = _capitalise_first(text)
            if not _goes_on(segment, _next_spoken(segments, index), language):
                text += "."
        marked.append(_with_text(segment, text))
        text_before = text or text_before
    return marked


def is_bare(text: str, language: str) -> bool:
    """Whether a text has neither case nor punctuation, as some recognisers write.

    The English `I` does not count as case: it may be a rule's own work.
    """
    without_pronoun = ENGLISH_I.sub("i", text) if language == "en" else text
    # What a first pass capitalised is cased: a later one leaves it alone.
    return without_pronoun == without_pronoun.lower() and not SENTENCE_PUNCTUATION.search(text)


def _capitalise_first(text: str) -> str:
    first_token = text.split(" ", 1)[0]
    match = FIRST_WORD.match(text)
    if not match or ADDRESS.search(first_token):
        return text
    capital = text[0].upper()
    return capital + text[1:] if len(capital) == 1 else text


def _next_spoken(segments: Sequence[Segment], index: int) -> Segment | None:
    return next((segment for segment in segments[index + 1 :] if segment.text), None)


def _goes_on(segment: Segment, following: Segment | None, language: str) -> bool:
    """Whether the sentence is not over at the end of a bare segment."""
    last_word = segment.text.rsplit(" ", 1)[-1]
    elided = last_word[-2:] if last_word.endswith(("'", "’")) else last_word
    if {last_word.casefold(), elided.casefold()} & OPEN_ENDED[language]:
        return True
    if last_word.endswith(("-", "–", "—", "/")):
        return True
    if following is None:
        return False
    if not is_bare(following.text, language) and following.text[0].islower():
        return True
    return _silence_between(segment, following) < MIN_SENTENCE_GAP_SECONDS


def _silence_between(segment: Segment, following: Segment) -> float:
    end = segment.words[-1].end if segment.words else segment.end
    start = following.words[0].start if following.words else following.start
    return start - end
