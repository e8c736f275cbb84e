"""Korean particles, which are written together with the word that they belong to.

빛이, 빛은 and 빛에 are all 빛, "light". The beginning of words would find them too, and with them
빛깔, 빛나다 and all else that begins so. Most particles have two forms, one for words that end with
a consonant and one for those that end with a vowel: so 빛이 ends with one, and 나이, "age", does
not. Verbs are left as they are.
"""

import re
from itertools import product

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")


def _listed(particles: str) -> list[str]:
    return particles.split()


_TOPICS = _listed("은 는 도 만 의")
_PLACES = _listed("에 에서 에게 에게서 께 께서 한테 한테서 까지 부터 보다")
_BOTH = _listed(
    "도 만 만이 만을 만은 만의 의 처럼 같이 마다 마저 조차 밖에 하고 만큼 대로 뿐 입니다 인데 였다"
)
_AFTER_VOWEL = _listed("는 가 를 와 와의 와는 나 랑 라도 란 라고 라는 예요 여서")
_AFTER_CONSONANT = _listed(
    "은 이 을 과 과의 과는 이나 이랑 이다 이에요 이라 이라도 이란 이라고 이라는 이며 이고 이었다"
)
_DIRECTION = _listed("로 로는 로도 로의 로서 로써 로부터")

_EITHER = frozenset(_BOTH + _PLACES + ["".join(both) for both in product(_PLACES, _TOPICS)])
_OPEN = _EITHER | frozenset(_AFTER_VOWEL + _DIRECTION)
_CLOSED = _EITHER | frozenset(_AFTER_CONSONANT + [f"으{way}" for way in _DIRECTION])
_AFTER_RIEUL = _EITHER | frozenset(_AFTER_CONSONANT + _DIRECTION)
_LONGEST = max(map(len, _OPEN | _CLOSED))
_PLURAL = "들"

_FIRST, _LAST, _ENDINGS = 0xAC00, 0xD7A3, 28
_NO_CONSONANT, _RIEUL = 0, 8
"""The endings of syllables, of which Unicode has them all in their order."""


def without_particle(word: str) -> str:
    """The word without its particle and without the sign of the plural, if it has them.

    Of a word that is nothing else, all is kept.
    """
    if not HANGUL.match(word[-1:]):
        return word
    for length in range(min(_LONGEST, len(word) - 1), 0, -1):
        stem, particle = word[:-length], word[-length:]
        if particle in _particles_after(stem[-1]):
            return _singular(stem)
    return _singular(word)


def _singular(word: str) -> str:
    return word.removesuffix(_PLURAL) or word


def _particles_after(character: str) -> frozenset[str]:
    if not _FIRST <= ord(character) <= _LAST:
        return _OPEN | _CLOSED  # DNA는, 3월
    ending = (ord(character) - _FIRST) % _ENDINGS
    if ending == _NO_CONSONANT:
        return _OPEN
    return _AFTER_RIEUL if ending == _RIEUL else _CLOSED
