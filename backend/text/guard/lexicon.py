"""The lists of a language, made ready to be asked."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache

from backend.text.guard.tables.limits import MAX_ENDING_LETTERS, MIN_CONTRAST_LETTERS
from backend.text.guard.tables.registry import LANGUAGES
from backend.text.guard.tables.words import SHARED_CONTRASTS, Language, Phrase
from backend.text.guard.verdicts import Reason
from backend.text.sentences import base_language

Groups = Mapping[str, frozenset[int]]

SIGN_PREFIX = "zq"
"""Signs and units are words that begin so, while texts are compared: `km` is `kilometre`."""


@dataclass(frozen=True)
class Lexicon:
    """A `Language` as sets and mappings; of a language without lists, all of them are empty."""

    language: Language | None
    protected: Mapping[str, Reason]
    """What may not change, and what it is."""
    contrasts: frozenset[frozenset[str]]
    articles: frozenset[str]
    loose: frozenset[str]
    droppable: frozenset[Phrase]
    fillers: frozenset[str]
    agreement: Groups
    homophones: Groups
    contractions: Mapping[str, Phrase]
    signs: Mapping[str, str]
    """Each sign's word, by the sign."""
    spelt_signs: Mapping[str, tuple[tuple[Phrase, str], ...]]
    """Phrases and the sign's word, by the phrase's first word, the longest first."""
    units: Mapping[str, str]
    """Words and letters that are units behind a number, with the sign's word."""
    sign_pattern: re.Pattern[str]
    endings: frozenset[str]
    negating_prefixes: tuple[str, ...]
    enclitics: frozenset[str]
    number_homophones: Mapping[str, frozenset[str]]
    letters: frozenset[tuple[str, str]]
    """Names of letters, joined, with the letter."""
    values: Mapping[str, str]
    """Numbers by words that may be others as well."""
    multipliers: Mapping[str, int]
    number_words: Mapping[str, str]
    equals: frozenset[str]
    fractions: Mapping[str, str]
    small: frozenset[str]

    @property
    def code(self) -> str:
        return self.language.code if self.language else ""

    def protection(self, word: str) -> Reason | None:
        """What of this word may not change; None where it is a word like others."""
        if word.startswith(SIGN_PREFIX):
            return Reason.UNIT
        if word[0].isdigit():
            return Reason.NUMBER
        return self.protected.get(word)


def lexicon_of(language: str | None) -> Lexicon:
    """The lexicon of a language code; an empty one for any but the five."""
    code = base_language(language)
    return _compile(code if code in LANGUAGES else "")


@cache
def _compile(code: str) -> Lexicon:
    if not code:
        nothing: frozenset[str] = frozenset()
        return Lexicon(
            None, {}, frozenset(), nothing, nothing, frozenset(), nothing, {}, {}, {}, {}, {}, {},
            re.compile(r"(?!)"), frozenset({""}), (), nothing, {}, frozenset(),
            {}, {}, {}, nothing, {}, nothing,
        )  # fmt: skip
    language = _casefolded(LANGUAGES[code])
    signs = dict(_pairs(language.symbols))
    words = {sign: f"{SIGN_PREFIX}{_letters(index)}" for index, sign in enumerate(signs)}
    return Lexicon(
        language=language,
        protected=_protected(language),
        contrasts=_contrasts(f"{language.contrasts} {SHARED_CONTRASTS}"),
        articles=frozenset(language.articles.split()),
        loose=frozenset(language.loose.split()),
        droppable=frozenset(tuple(phrase.split()) for phrase in _parts(language.droppable)),
        fillers=frozenset(language.fillers.split()),
        agreement=_groups(language.agreement),
        homophones=_groups(language.homophones.replace("-", "")),
        contractions=_abbreviations(signs)
        | {short: tuple(long.split()) for short, long in _pairs(language.contractions)},
        signs=words,
        spelt_signs=_spelt_signs(signs, words),
        units=_units(signs, words),
        sign_pattern=_sign_pattern(words),
        endings=frozenset("" if end == "_" else end for end in language.endings.split()),
        negating_prefixes=tuple(language.negating_prefixes.split()),
        letters=frozenset(
            (name.replace(" ", ""), letter)
            for letter, names in _pairs(language.letters)
            for name in names.split(",")
        ),
        values={
            word: number for number, words in _pairs(language.ordinals) for word in words.split(",")
        },
        multipliers={word: int(number) for word, number in _pairs(language.multipliers)},
        number_words=dict(_pairs(language.number_words)),
        equals=frozenset(language.equals.split()),
        fractions=dict(_pairs(language.fractions)),
        enclitics=frozenset(language.enclitics.split()),
        number_homophones={
            number: frozenset(spelt.split()) for number, spelt in language.number_homophones.items()
        },
        small=_small_words(language),
    )


def _casefolded(language: Language) -> Language:
    """The lists as texts are compared: `weiß` is `weiss`."""
    lists = {
        each.name: getattr(language, each.name).casefold()
        for each in fields(language)
        if isinstance(getattr(language, each.name), str)
    }
    return replace(language, **lists)


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split("|") if part.strip())


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in _parts(text):
        key, _, value = part[1:].partition("=")
        yield part[0] + key, value


def _protected(language: Language) -> dict[str, Reason]:
    lists = {
        Reason.PRONOUN: language.pronouns,
        Reason.HEDGE: language.hedges,
        Reason.QUANTIFIER: language.quantifiers,
        Reason.CALENDAR: language.calendar,
        Reason.NEGATION: language.negations,
    }
    return {word: reason for reason, words in lists.items() for word in words.split()}


def _contrasts(text: str) -> frozenset[frozenset[str]]:
    """Pairs, as they are listed and without their last letters."""
    pairs = [pair.split("/") for pair in text.split()]
    return frozenset(
        frozenset({first[: len(first) - cut], second[: len(second) - cut]})
        for first, second in pairs
        for cut in range(MAX_ENDING_LETTERS + 1)
        if min(len(first), len(second)) - cut >= MIN_CONTRAST_LETTERS or not cut
    )


def _small_words(language: Language) -> frozenset[str]:
    lists = (
        language.small, language.articles, language.loose, language.pronouns, language.hedges,
        language.quantifiers, language.negations,
    )  # fmt: skip
    return frozenset(word for words in lists for word in words.split())


def _groups(text: str) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number, part in enumerate(_parts(text)):
        for word in part.split():
            found[word].add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def _letters(index: int) -> str:
    return chr(ord("a") + index // 26) + chr(ord("a") + index % 26)


def _spelt_signs(
    signs: Mapping[str, str], words: Mapping[str, str]
) -> dict[str, tuple[tuple[Phrase, str], ...]]:
    found: defaultdict[str, list[tuple[Phrase, str]]] = defaultdict(list)
    for sign, spelt in signs.items():
        phrases = [tuple(phrase.split()) for phrase in spelt.split(",") if phrase.strip()]
        if _is_plain(sign):
            continue
        for phrase in phrases:
            found[phrase[0]].append((phrase, words[sign]))
    return {
        first: tuple(sorted(entries, key=lambda entry: -len(entry[0])))
        for first, entries in found.items()
    }


def _units(signs: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    return {
        spelt.strip(): words[sign]
        for sign, listed in signs.items()
        if _is_plain(sign)
        for spelt in (sign, *listed.split(","))
    }


def _abbreviations(signs: Mapping[str, str]) -> dict[str, Phrase]:
    """Abbreviations at full length, for where they are no units: `dr`, `etc`."""
    found: dict[str, Phrase] = {}
    for sign, listed in signs.items():
        spelt = [phrase.strip() for phrase in listed.split(",")]
        if _is_plain(sign) and len(sign) > 1:
            found |= dict.fromkeys([sign, *spelt], tuple(spelt[0].split()))
    return found


def _is_plain(sign: str) -> bool:
    """Whether a sign is letters of a word, unlike `%`, `m²` and `π`."""
    return sign.isascii() and sign.isalpha()


def _sign_pattern(words: Mapping[str, str]) -> re.Pattern[str]:
    """Signs as they are written: `%` anywhere, `m/s` between words."""
    signs = sorted((sign for sign in words if not _is_plain(sign)), key=len, reverse=True)
    written = [
        re.escape(sign)
        if not any(map(_is_plain, sign))
        else rf"(?<![^\W\d_]){re.escape(sign)}(?![^\W\d_])"
        for sign in signs
    ]
    return re.compile("|".join(written))
