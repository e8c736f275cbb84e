"""What a whole reply shows without comparing words: markup, echoes, answers, another language."""

import re
import unicodedata
from collections.abc import Sequence

from backend.text.guard.lexicon import Lexicon, lexicon_of
from backend.text.guard.tables.limits import ECHOED_WORDS, MIN_LANGUAGE_WORDS
from backend.text.guard.tables.registry import LANGUAGES
from backend.text.guard.tables.words import MARKUP
from backend.text.sentences import normalise_words

BULLET = re.compile(r"\s{0,8}[-*•·▪]\s")
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|\\[nrtu\"]|</?[a-z]", re.IGNORECASE)
QUOTES = '"“”„«»'
ENDS = ".!?…。！？؟।"
CLOSING = "\"”»“’')"

ANSWER = re.compile(
    # Bounded, so that no text makes it go back and forth over all of its marks.
    r"\W{0,8}"
    r"(?:(?:sure|certainly|of course|okay|ok|great|claro|certo|bien sûr|natürlich|gerne)\W{1,8})?"
    r"(?:(?:here (?:is|are)|here['’]s|i['’]?m sorry|i am sorry|i apologi[sz]e|sorry,|"
    r"as an ai|i can(?:no|['’])t|i['’]m unable|i am unable|voici|désolée?|je suis désolée?|"
    r"je ne peux pas|en tant qu|"
    r"hier ist|hier sind|es tut mir leid|tut mir leid|ich kann (?:das|dies|ihnen|dir)|als ki|"
    r"ecco|mi dispiace|non posso|in quanto|spiacente|aquí (?:está|tienes)|lo siento|"
    r"no puedo|como modelo)\b"
    r"|(?:\w[\w-]{0,30} ){0,3}(?:text|texte|testo|texto|correction|corrected|corrigé|corretto|"
    r"corregido|korrigiert|output|answer|note|nota|remarque|hinweis|anmerkung|réponse|antwort|risposta|respuesta|"
    r"translation|traduction|traduzione|traducción|übersetzung|transcript|segment|id)\s*:)",
    re.IGNORECASE,
)
"""How an answer, a refusal or a remark begins; only asked of a text that has no reason to."""

SCRIPTS = (
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "ARABIC",
    "HEBREW",
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
)


def has_new_markup(original: str, proposed: str) -> bool:
    """Signs of Markdown, HTML or JSON that the original did not have."""
    if any(proposed.count(sign) > original.count(sign) for sign in MARKUP if sign in proposed):
        return True
    if BULLET.match(proposed) and not BULLET.match(original):
        return True
    if ENTITY.search(proposed) and not ENTITY.search(original):
        return True
    return _has_stray_quotes(original, proposed) or _has_new_pictures(original, proposed)


def _has_stray_quotes(original: str, proposed: str) -> bool:
    if proposed.count('"') % 2 and not original.count('"') % 2:
        return True
    bare = proposed.strip()
    is_wrapped = len(bare) > 1 and bare[0] in QUOTES and bare[-1] in QUOTES
    return is_wrapped and not any(quote in original for quote in QUOTES)


def _has_new_pictures(original: str, proposed: str) -> bool:
    return any(
        unicodedata.category(sign) == "So" and sign not in original and sign not in "°©®№"
        for sign in proposed
        if not sign.isascii()
    )


def lost_sentence_end(original: str, proposed: str, following: str) -> bool:
    """Whether the last mark of a sentence is gone, and the next segment does not go on with it."""
    old, new = original.rstrip().rstrip(CLOSING), proposed.rstrip().rstrip(CLOSING)
    if not old or old[-1] not in ENDS or not new or not new[-1].isalnum():
        return False
    return not following.lstrip()[:1].islower()


def is_answer(original: str, proposed: str) -> bool:
    """Whether a reply begins as an answer, a refusal or a remark does."""
    return bool(ANSWER.match(proposed)) and not ANSWER.match(original)


def echoes(prompt: str, proposed: str, known: Sequence[str]) -> bool:
    """Whether a reply has words in a row from the prompt that the lesson (`known`) has not."""
    said = _shingles(normalise_words(proposed))
    if not said or not prompt:
        return False
    lesson = {shingle for text in known for shingle in _shingles(normalise_words(text))}
    return bool((said - lesson) & _shingles(normalise_words(prompt)))


def _shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {
        tuple(words[start : start + ECHOED_WORDS]) for start in range(len(words) - ECHOED_WORDS + 1)
    }


def told_language(words: Sequence[str], usual: str) -> str:
    """The language that the small words of a text are from; `usual` unless another is plain."""
    least = 2 * _small_words(words, lexicon_of(usual)) + MIN_LANGUAGE_WORDS
    if least > len(words):
        return usual
    counts = {code: _small_words(words, lexicon_of(code)) for code in LANGUAGES}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= least else usual


def _small_words(words: Sequence[str], lexicon: Lexicon) -> int:
    return sum(word in lexicon.small for word in words)


def main_script(text: str) -> str:
    """The script of most letters: `LATIN`, `CYRILLIC`, …; "" without letters."""
    if text.isascii():
        return "LATIN" if any(map(str.isalpha, text)) else ""
    names = [unicodedata.name(character, "") for character in text if character.isalpha()]
    counts = {script: sum(name.startswith(script) for name in names) for script in SCRIPTS}
    best = max(counts, key=lambda script: counts[script])
    return best if counts[best] else ""
