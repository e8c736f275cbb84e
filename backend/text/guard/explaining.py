"""Whether a change of words is explained: by spelling, sound, form, or as a small word.

What is not explained has a reason, which says what kind of word changed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.text.guard.lexicon import Groups, Lexicon
from backend.text.guard.sounds import distance, plain, sounds_of
from backend.text.guard.tables.limits import (
    MAX_ENDING_LETTERS,
    MAX_JOINED_DISTANCE,
    MAX_MISSPELT_DISTANCE,
    MAX_PROTECTED_DISTANCE,
    MAX_SOUND_DISTANCE,
    MAX_SPELLING_DISTANCE,
    MAX_TERM_DISTANCE,
    MIN_JOINED_LETTERS,
    MIN_MISSPELT_LETTERS,
    MIN_NEGATED_LETTERS,
    MIN_PROTECTED_LETTERS,
    MIN_STEM_LETTERS,
)
from backend.text.guard.tables.words import (
    OPPOSED_ENDINGS,
    OPPOSED_ENDINGS_LETTERS,
    OPPOSED_PREFIXES,
    Phrase,
)
from backend.text.guard.verdicts import Reason

ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
ROMAN_ENDINGS = ("ème", "eme", "er", "e")
PREFIX_GROUPS = tuple(frozenset(group.split()) for group in OPPOSED_PREFIXES)
ENDING_GROUPS = tuple(frozenset(group.split()) for group in OPPOSED_ENDINGS)
UMLAUT_SPELT = re.compile("([aou])e")
COMPARISON = ("er", "r", "est", "st")
INFLECTED = frozenset({Reason.QUANTIFIER, Reason.HEDGE, Reason.CALENDAR})
INFLECTIONS = frozenset({"s", "e", "es", "n", "en"})
NEVER_IN_JOINED = frozenset({Reason.NUMBER, Reason.UNIT, Reason.NEGATION, Reason.CALENDAR})


@dataclass(frozen=True)
class Explainer:
    """Judges changes of words in one language."""

    lexicon: Lexicon
    terms: frozenset[str] = frozenset()
    """Terms of the course: plain letters, joined."""
    _known: dict[tuple[Phrase, Phrase], Reason | None] = field(default_factory=dict)

    def replaced(self, before: Phrase, after: Phrase) -> Reason | None:
        """Why `after` may not stand for `before`; None where it may."""
        key = (before, after)
        if key not in self._known:
            self._known[key] = self._judge_replaced(before, after)
        return self._known[key]

    def _judge_replaced(self, before: Phrase, after: Phrase) -> Reason | None:
        heard, new = "".join(before), "".join(after)
        if self._is_contrast(heard, new):
            return Reason.OPPOSITE
        if _letters_alone(before) == _letters_alone(after):
            return None
        if self._spelt_joined(before) == self._spelt_joined(after):
            return None
        if self._are_same_at_length(self._expanded(before), self._expanded(after)):
            return None
        if _share_group(self.lexicon.homophones, heard, new):
            return None
        if {(heard, new), (new, heard)} & self.lexicon.letters:
            return None
        if len(before) == len(after) == 1:
            return self._judge_word(heard, new)
        return self._judge_joined(before, after)

    def _is_contrast(self, heard: str, new: str) -> bool:
        """Whether two words, or words that theirs are forms of, are listed as opposites."""
        return any(
            frozenset({heard[: len(heard) - cut], new[: len(new) - cut]}) in self.lexicon.contrasts
            for cut in range(MAX_ENDING_LETTERS + 1)
        )

    def _spelt_joined(self, words: Phrase) -> str:
        """Joined, with `one` as a word (`some one`), and without German `ae` for `ä`."""
        one = self.lexicon.language.word_one if self.lexicon.language else "1"
        joined = _letters_alone(tuple(one if word == "1" else word for word in words))
        return UMLAUT_SPELT.sub(r"\1", joined) if self.lexicon.code == "de" else joined

    def _are_same_at_length(self, first: Phrase, second: Phrase) -> bool:
        """`do not` and `does not` are forms of one another, as `do` and `does` are."""
        agreement = self.lexicon.agreement
        return len(first) == len(second) and all(
            a == b or _share_group(agreement, a, b) for a, b in zip(first, second, strict=True)
        )

    def _expanded(self, words: Phrase) -> Phrase:
        """Contractions at full length; the sentence `do not know` and `don't know` are one."""
        contractions = self.lexicon.contractions
        whole = contractions.get(" ".join(words))
        if whole:
            return whole
        one = self.lexicon.language.word_one if self.lexicon.language else "1"
        spelt = (one if word == "1" else word for word in words)
        return tuple(part for word in spelt for part in contractions.get(word, (word,)))

    # --- one word for one -----------------------------------------------------------------------

    def _judge_word(self, heard: str, new: str) -> Reason | None:
        lexicon = self.lexicon
        if heard[0].isdigit() or new[0].isdigit():
            return None if self._same_number(heard, new) else Reason.NUMBER
        if self._is_equals(heard, new) or self._is_equals(new, heard):
            return None
        if self._value(heard) and self._value(heard) == self._value(new):
            return None
        if _share_group(lexicon.agreement, heard, new):
            return None
        if heard in lexicon.articles and new in lexicon.articles:
            return None
        protection = self._protection(heard, new)
        if protection:
            return protection
        opposite = self._opposite(heard, new)
        if opposite:
            return opposite
        if self._is_form(heard, new) or self._sounds_alike(heard, new):
            return None
        return Reason.REPLACED

    def _protection(self, heard: str, new: str) -> Reason | None:
        """What of the two may not change; None where one is the other's form or misspelling."""
        lexicon = self.lexicon
        kinds = [lexicon.protection(heard), lexicon.protection(new)]
        found = {kind for kind in kinds if kind}
        if not found or (None in kinds and self._is_variant(heard, new, found)):
            return None
        if found <= INFLECTED and _is_inflected(*sorted((heard, new), key=len)):
            return None
        return next(reason for reason in Reason if reason in found)

    def _is_variant(self, heard: str, new: str, kinds: set[Reason]) -> bool:
        if Reason.UNIT in kinds or min(len(heard), len(new)) < MIN_PROTECTED_LETTERS:
            return False
        if kinds <= {Reason.HEDGE} and self._is_form(heard, new):
            return True
        code = self.lexicon.code
        apart = distance(sounds_of(heard, code), sounds_of(new, code))
        return apart <= MAX_PROTECTED_DISTANCE or _is_misspelt(heard, new)

    def _is_equals(self, sign: str, word: str) -> bool:
        return sign == self.lexicon.signs.get("=") and word in self.lexicon.equals

    def _same_number(self, heard: str, new: str) -> bool:
        number, word = (heard, new) if heard[0].isdigit() else (new, heard)
        if word[0].isdigit():
            return heard.replace(".5", "30") == new or new.replace(".5", "30") == heard
        if number == "2" and word == self.lexicon.signs.get("²"):
            return True
        if number == "1" and word in self.lexicon.articles:
            return True
        homophones = self.lexicon.number_homophones.get(number, frozenset())
        return word in homophones or self._value(word) == number

    def _value(self, word: str) -> str | None:
        roman = roman_value(word)
        return self.lexicon.values.get(word) or (str(roman) if roman else None)

    def _opposite(self, heard: str, new: str) -> Reason | None:
        lexicon = self.lexicon
        shorter, longer = sorted((heard, new), key=len)
        if longer.endswith(shorter) and len(shorter) >= MIN_NEGATED_LETTERS:
            prefix = longer[: -len(shorter)]
            if prefix in lexicon.negating_prefixes:
                return Reason.NEGATION
        if plain(longer).removeprefix(plain(shorter)) in lexicon.enclitics:
            return Reason.PRONOUN
        if _opposed_at_start(heard, new) or _opposed_at_end(heard, new):
            return Reason.OPPOSITE
        if lexicon.code == "en" and _compared(shorter, longer):
            return Reason.REPLACED
        return None

    def _is_form(self, heard: str, new: str) -> bool:
        """Whether these are forms of one word: the same stem, with endings of the language."""
        shortest = max(MIN_STEM_LETTERS, min(len(heard), len(new)) - 4)
        if _is_inflected(*sorted((heard, new), key=len)) and min(len(heard), len(new)) > 1:
            return True
        for length in range(min(len(heard), len(new)), shortest - 1, -1):
            if heard[:length] == new[:length]:
                ends = {heard[length:], new[length:]}
                if ends <= self.lexicon.endings:
                    return True
        return False

    def _sounds_alike(self, heard: str, new: str) -> bool:
        code = self.lexicon.code
        apart = distance(sounds_of(heard, code), sounds_of(new, code))
        if plain(new) in self.terms:
            return apart <= MAX_TERM_DISTANCE
        if apart <= (MAX_SOUND_DISTANCE if code else MAX_SPELLING_DISTANCE):
            return True
        return _is_misspelt(heard, new)

    # --- words that were joined or parted -------------------------------------------------------

    def _judge_joined(self, before: Phrase, after: Phrase) -> Reason | None:
        heard, new = "".join(before), "".join(after)
        if not 0.5 <= len(heard) / len(new) <= 2:
            return Reason.REPLACED
        if sorted(before) == sorted(after) and self._are_signs(before):
            return None
        opposite = self._opposite_within(before, after)
        if opposite:
            return opposite
        kinds = {self.lexicon.protection(word) for word in (*before, *after)} - {None}
        code = self.lexicon.code
        apart = min(
            distance(sounds_of(heard, code), sounds_of(new, code)),
            distance(_one_by_one(before, code), _one_by_one(after, code)),
        )
        if not apart and not any(map(str.isdigit, heard + new)):
            return None
        if kinds & NEVER_IN_JOINED or (apart and min(len(heard), len(new)) < MIN_JOINED_LETTERS):
            return Reason.REPLACED
        if plain(new) in self.terms:
            return None if apart <= MAX_TERM_DISTANCE else Reason.REPLACED
        allowed = MAX_JOINED_DISTANCE if kinds else MAX_SOUND_DISTANCE
        return None if apart <= allowed else Reason.REPLACED

    def _opposite_within(self, before: Phrase, after: Phrase) -> Reason | None:
        """Whether a word became its opposite while its neighbour was joined to it or parted."""
        found = (
            self._opposite(heard, new)
            for heard in before
            for new in after
            if min(len(heard), len(new)) >= MIN_NEGATED_LETTERS
        )
        return next((reason for reason in found if reason), None)

    def _are_signs(self, words: Phrase) -> bool:
        return all(self.lexicon.protection(word) is Reason.UNIT for word in words)

    # --- words left out and put in --------------------------------------------------------------

    def dropped(self, words: Sequence[str], place: int, others: Sequence[str]) -> Reason | None:
        """Why the word at `place` may not be left out, of a text that then has `others`."""
        word = words[place]
        lexicon = self.lexicon
        if lexicon.language and word in lexicon.language.ne:
            return self._judge_ne(words, others)
        following = words[place + 1] if place + 1 < len(words) else ""
        is_begun = following.startswith(word) and len(word) < len(following)
        is_contracted = following.startswith(word + "'")
        if is_contracted or (is_begun and not word[0].isdigit() and word not in lexicon.protected):
            return None
        if word in lexicon.loose:
            return None
        return lexicon.protection(word) or Reason.LOST

    def droppable_at(self, words: Sequence[str], place: int) -> int:
        """How many words from `place` on say nothing and may go."""
        return max(
            (
                len(phrase)
                for phrase in self.lexicon.droppable
                if tuple(words[place : place + len(phrase)]) == phrase
            ),
            default=0,
        )

    def added(self, words: Sequence[str], place: int, others: Sequence[str]) -> Reason | None:
        """Why the word at `place` may not be put into a text that had `others`."""
        word = words[place]
        lexicon = self.lexicon
        if lexicon.language and word in lexicon.language.ne:
            return self._judge_ne(words, others)
        if word in lexicon.loose:
            return None
        return lexicon.protection(word) or Reason.ADDED

    def _judge_ne(self, words: Sequence[str], others: Sequence[str]) -> Reason | None:
        """French `ne` may come and go only beside what negates without it."""
        assert self.lexicon.language
        partners = self.lexicon.language.ne_partners
        is_negated = partners.intersection(words) and partners.intersection(others)
        return None if is_negated else Reason.NEGATION


def _one_by_one(words: Phrase, code: str) -> str:
    """The sounds of each word by itself: `treat he` has no `th`."""
    return "".join(sounds_of(word, code) for word in words)


def _letters_alone(words: Phrase) -> str:
    """What is written, but for accents and apostrophes; a number's point counts."""
    return "".join(word if word[0].isdigit() else plain(word) or word for word in words)


def _is_misspelt(heard: str, new: str) -> bool:
    from rapidfuzz.distance import OSA

    if min(len(heard), len(new)) < MIN_MISSPELT_LETTERS:
        return False
    return OSA.normalized_distance(heard, new) <= MAX_MISSPELT_DISTANCE


def _is_inflected(shorter: str, longer: str) -> bool:
    """Whether only the number differs: `quart`, `quarts`."""
    return longer.startswith(shorter) and longer[len(shorter) :] in INFLECTIONS


def _share_group(groups: Groups, first: str, second: str) -> bool:
    return bool(groups.get(first, frozenset()) & groups.get(second, frozenset()))


def _opposed_at_start(first: str, second: str) -> bool:
    """`increase`, `decrease`: one stem of three letters or more behind opposed prefixes."""
    common = 0
    while common < min(len(first), len(second)) and first[-1 - common] == second[-1 - common]:
        common += 1
    for extra in range(min(common, 3) + 1):
        kept = common - extra
        starts = {first[: len(first) - kept], second[: len(second) - kept]}
        if kept >= 3 and any(starts <= group for group in PREFIX_GROUPS):
            return True
    return False


def _opposed_at_end(first: str, second: str) -> bool:
    """`nitrate`, `nitrite`: opposed endings of one stem."""
    if first[: OPPOSED_ENDINGS_LETTERS - 1] != second[: OPPOSED_ENDINGS_LETTERS - 1]:
        return False
    for group in ENDING_GROUPS:
        shortest = OPPOSED_ENDINGS_LETTERS * (2 if "an" in group else 1)
        stems = {
            word[: -len(end)]
            for word in (first, second)
            for end in group
            if word.endswith(end) and len(word) - len(end) >= shortest - 1
        }
        for stem in stems:
            ends = {word.removeprefix(stem) for word in (first, second) if word.startswith(stem)}
            if len(ends) == 2 and ends <= group:
                return True
    return False


def _compared(shorter: str, longer: str) -> bool:
    """Whether one English word is the other one's comparison: `large`, `larger`, `largest`."""
    for end in COMPARISON:
        stem = longer.removesuffix(end)
        if stem != longer and stem in (
            shorter,
            shorter + shorter[-1],
            shorter.removesuffix("y") + "i",
        ):
            return True
    return shorter.endswith("er") and longer == shorter[:-2] + "est"


def roman_value(word: str) -> int | None:
    """The value of a Roman numeral, `xiv` or `xixe`; None for what is none."""
    for ending in ("", *ROMAN_ENDINGS):
        letters = word.removesuffix(ending)
        if letters and set(letters) <= set(ROMAN) and (not ending or word.endswith(ending)):
            values = [ROMAN[letter] for letter in letters]
            following = [*values[1:], 0]
            return sum(-v if v < n else v for v, n in zip(values, following, strict=True))
    return None
