"""Words as the guard compares them: what is only written another way is the same.

`Nineteen forty-five` is `1945`, `5 km` is `five kilometres`, `the the cell` is `the cell`, and
`um` is nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from backend.text.guard.lexicon import Lexicon, lexicon_of
from backend.text.guard.tables.limits import MAX_STUTTER_WORDS
from backend.text.sentences import APOSTROPHES, INVISIBLE, normalise_words

CURRENCY_BEFORE = re.compile(r"([$€£])\s?(\d[\d.,\s]*\d|\d)")
DASH_IN_RANGE = re.compile(r"(?<=\d)\s?[-–—]\s?(?=\d)")
MINUS = re.compile(r"(?<![\w)])[-−–](?=\d)")
TIMES = re.compile(r"[×·]|(?<=\d)\s?\*\s?(?=\d)")
LETTER_O = re.compile(r"(?<!\w)o(?!\w)")
MASKED_O = "ǫ"
"""`c o two` is CO2, and not 02."""
PLUS = re.compile(r"\+")
DIGIT_BESIDE_LETTER = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
ELISION = re.compile(r"\b(?!aujourd)([^\W\d_]{1,8}')(?=[^\W\d_])")
THOUSANDS_DOT = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
THOUSANDS_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
APOSTROPHE_IN_NUMBER = re.compile(r"(?<=\d)'(?=\d{3})")
ORDINAL_MARKS = re.compile(r"(?<=\d)\.?[ºª](?!\w)|(?<=\d)[ᵒᵃᵉ][ʳˢ]?")
HALF_BEHIND_NUMBER = re.compile(r"(?<=\d)\s?½")
BRACKETS = re.compile(r"[()⁄]")
POINT_FIRST = re.compile(r"(?<!\d )(?<!\w)point (?=\d)")
ZERO_AS_LETTER = re.compile(r"(?<=\d )oh?(?= \d)")
GERMAN_TIME = re.compile(r"(?<=\d)\.(?=\d\d uhr)")
ITALIAN_ORDINAL = re.compile(r"(?<=\d)°(?=\s?[^\W\d_]{3})")
TIME_COLON = re.compile(r"(?<=\d)[:h](?=\d)")


CACHED_TEXTS = 1_000
"""A segment is looked at again as the neighbour of the next ones."""

MULTIPLIERS = frozenset({"1000", "1000000", "1000000000"})


def plain_words(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The words of a text, signs and elisions apart, in small letters."""
    return _plain_words(text, lexicon.code)


@lru_cache(maxsize=CACHED_TEXTS)
def _plain_words(text: str, code: str) -> tuple[str, ...]:
    lexicon = lexicon_of(code)
    text = text.translate(APOSTROPHES).translate(INVISIBLE).casefold()
    text = ORDINAL_MARKS.sub("", text)
    text = BRACKETS.sub(" ", HALF_BEHIND_NUMBER.sub(".5", text))
    if lexicon.language:
        text = _signs_as_words(text, lexicon)
    if lexicon.code in ("fr", "it"):
        text = ELISION.sub(r"\1 ", text)
        return tuple(_with_elisions(text))
    return tuple(normalise_words(text))


def _with_elisions(text: str) -> list[str]:
    """`normalise_words` would take the apostrophe from an elision that stands by itself."""
    marked = re.sub(r"(?<=[^\W\d_])'(?=\s)", "ʹ", text)
    return [word.replace("ʹ", "'") for word in normalise_words(marked)]


def _signs_as_words(text: str, lexicon: Lexicon) -> str:
    language = lexicon.language
    assert language
    text = GERMAN_TIME.sub(":", text) if language.code == "de" else text
    text = ITALIAN_ORDINAL.sub("", text) if language.code == "it" else text
    text = CURRENCY_BEFORE.sub(r" \2 \1 ", text)
    text = DASH_IN_RANGE.sub(f" {language.word_to} ", text)
    text = MINUS.sub(f" {language.word_minus} ", text)
    text = PLUS.sub(f" {language.word_plus} ", text).replace("&", f" {language.word_and} ")
    text = TIMES.sub(f" {language.word_times} ", text)
    return lexicon.sign_pattern.sub(lambda found: f" {lexicon.signs[found[0]]} ", text)


def words_of(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    return _words_of(text, lexicon.code)


@lru_cache(maxsize=CACHED_TEXTS)
def _words_of(text: str, code: str) -> tuple[str, ...]:
    lexicon = lexicon_of(code)
    words: Sequence[str] = plain_words(text, lexicon)
    if lexicon.language:
        words = _spelt_signs(words, lexicon)
        words = _without_fillers(words, lexicon)
        words = _with_digits(words, lexicon)
        words = _times_as_written(words, lexicon.language.word_hour)
        words = _multiplied(words, lexicon)
        words = _fractions_behind_numbers(words, lexicon)
        words = _units_behind_numbers(words, lexicon)
    return tuple(without_stutters(_join_numbers(words)))


def _with_halves(text: str, halves: str) -> str:
    """`3 and a half` as `3.5`."""
    return re.sub(rf"(?<=\d) (?:{halves})\b", ".5", text) if halves else text


def _without_fillers(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    """`mm` behind a number is a length."""
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if word not in lexicon.fillers or before[:1].isdigit()
    ]


def _spelt_signs(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    """`per cent` as the sign's word."""
    found: list[str] = []
    place = 0
    while place < len(words):
        for phrase, sign in lexicon.spelt_signs.get(words[place], ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                found.append(sign)
                place += len(phrase)
                break
        else:
            found.append(words[place])
            place += 1
    return found


def _with_digits(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    from text_to_num import alpha2digit

    language = lexicon.language
    assert language
    known = (lexicon.number_words.get(word, word) for word in words)
    ordinal = re.compile(rf"(?<=\d)(?:{language.ordinal_endings})(?![\w'])")
    split = DIGIT_BESIDE_LETTER.sub(" ", ordinal.sub("", " ".join(known)))
    split = LETTER_O.sub(MASKED_O, split) if language.code == "en" else split
    converted = alpha2digit(split, language.code, threshold=0)
    text = unicodedata.normalize("NFKC", ORDINAL_MARKS.sub("", converted))
    text = _with_halves(text, language.halves)
    if language.code == "en":
        text = ZERO_AS_LETTER.sub("0", POINT_FIRST.sub("0.", text))
    text = text.replace(MASKED_O, "o")
    text = ordinal.sub("", text.casefold())
    thousands = THOUSANDS_DOT if language.decimal_comma else THOUSANDS_COMMA
    text = thousands.sub("", text)
    text = TIME_COLON.sub(" ", APOSTROPHE_IN_NUMBER.sub("", text))
    return [word.rstrip(".,") for word in text.split() if word.rstrip(".,")]


def _times_as_written(words: Sequence[str], hour: str) -> list[str]:
    """`8 uhr 15` as `8 15 uhr`, which `8:15 Uhr` is, too."""
    found = list(words)
    for place in range(1, len(found) - 1):
        is_between = found[place - 1].isdecimal() and found[place + 1].isdecimal()
        if hour and found[place] == hour and is_between:
            found[place], found[place + 1] = found[place + 1], hour
    return found


def _multiplied(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    """`68 millions`, of which the last word is a number by now, as one number."""
    found: list[str] = []
    for word in words:
        factor = lexicon.multipliers.get(word) or (int(word) if word in MULTIPLIERS else 0)
        number = found[-1].replace(",", ".") if found and found[-1][0].isdecimal() else ""
        if factor and re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", number) and Decimal(number) < factor:
            found[-1] = f"{(Decimal(number) * factor).normalize():f}"
        else:
            found.append(word)
    return found


def _fractions_behind_numbers(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    """`three quarters` as `3 4`, which `3/4` is, too."""
    return [
        lexicon.fractions.get(word, word) if before[:1].isdigit() else word
        for before, word in zip(["", *words], words, strict=False)
    ]


def _units_behind_numbers(words: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Letters and words that are units behind a number: `5 m`, `5 metres`."""
    return [
        lexicon.units.get(word, word) if before[:1].isdigit() else word
        for before, word in zip(["", *words], words, strict=False)
    ]


def _join_numbers(words: Sequence[str]) -> list[str]:
    """Numbers on end as one: `19 45` and `1945` are the same, and so are `8:15` and `8 15`."""
    joined: list[str] = []
    for word in words:
        if word[0].isdigit() and joined and joined[-1][0].isdigit():
            joined[-1] += word.replace(",", ".")
        else:
            joined.append(word.replace(",", ".") if word[0].isdigit() else word)
    return joined


def without_stutters(words: Sequence[str]) -> list[str]:
    """Stretches that are said twice on end, said once; numbers are left."""
    if len(set(words)) == len(words):
        return list(words)
    kept: list[str] = []
    for word in words:
        kept.append(word)
        if word[0].isdigit():
            continue
        for length in range(1, MAX_STUTTER_WORDS + 1):
            if len(kept) >= 2 * length and kept[-length:] == kept[-2 * length : -length]:
                del kept[-length:]
                break
    return kept
