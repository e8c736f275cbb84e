"""The guard: whether a proposal says what was said.

Both texts are brought to words that what is only written another way has in common (`tokens`), and
compared; each word that changed must be explained (`explaining`), and what decides the meaning
(numbers, negations, quantifiers, hedges, pronouns, opposites) is explained by nothing but another
way of writing it. In doubt a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.text.guard.alignment import Change, changes_between
from backend.text.guard.explaining import Explainer
from backend.text.guard.lexicon import Lexicon, lexicon_of
from backend.text.guard.replies import (
    echoes,
    has_new_markup,
    is_answer,
    lost_sentence_end,
    main_script,
    told_language,
)
from backend.text.guard.sounds import plain
from backend.text.guard.tables.limits import (
    MOVED_WORDS,
    PARAPHRASE_SHARE,
    PARAPHRASE_WORDS,
)
from backend.text.guard.tokens import plain_words, without_stutters, words_of
from backend.text.guard.verdicts import ACCEPTED, Judgement, Reason, judgement_of
from backend.text.sentences import base_language

UNEXPECTED = (Reason.REPLACED, Reason.LOST, Reason.ADDED)


@dataclass(frozen=True)
class Surroundings:
    """What the guard knows besides the two texts."""

    language: str | None = None
    """The code of the language that is spoken, if it is known."""
    before: str = ""
    """The original of the segment before; "" at the start."""
    after: str = ""
    prompt: str = ""
    """What the model was told, which is not to stand in its answer."""
    terms: frozenset[str] = frozenset()
    """Names and terms of the course, as they are written."""


def judge(original: str, proposed: str, surroundings: Surroundings | None = None) -> Judgement:
    """Judge what a model proposes for one segment. Never raises, whatever the texts."""
    around = surroundings or Surroundings()
    if proposed.strip() == original.strip():
        return ACCEPTED
    if not proposed.strip():
        return judgement_of({Reason.EMPTY})
    reasons = {Reason.MARKUP} if has_new_markup(original, proposed) else set()
    reasons |= _judge_words(original, proposed, around)
    if not reasons and lost_sentence_end(original, proposed, around.after):
        reasons.add(Reason.SENTENCE_END)
    return judgement_of(reasons)


def _judge_words(original: str, proposed: str, around: Surroundings) -> set[Reason]:
    lexicon = _lexicon_for(original, around)
    if plain_words(original, lexicon) == plain_words(proposed, lexicon):
        return set()
    before, after = words_of(original, lexicon), words_of(proposed, lexicon)
    reasons = {Reason.REPEATED} if _repeats_more(original, proposed, lexicon) else set()
    if before == after:
        return reasons
    explainer = Explainer(lexicon, frozenset(_plain_term(term) for term in around.terms))
    changes = changes_between(before, after, explainer)
    unexplained = [change for change in changes if change.reason]
    reasons |= {change.reason for change in unexplained if change.reason}
    if unexplained:
        reasons |= _name_reasons(original, proposed, unexplained)
        reasons |= _whole_reasons(original, proposed, around, unexplained, lexicon)
        if _is_paraphrase(unexplained, len(before)):
            reasons.add(Reason.PARAPHRASED)
    return reasons


def _lexicon_for(original: str, around: Surroundings) -> Lexicon:
    """That of the segment's own language: lessons quote others."""
    usual = base_language(around.language)
    lexicon = lexicon_of(usual)
    if usual and not lexicon.language:
        return lexicon
    return lexicon_of(told_language(plain_words(original, lexicon), usual))


def _plain_term(term: str) -> str:
    return plain("".join(plain_words(term, lexicon_of(None))))


def _repeats_more(original: str, proposed: str, lexicon: Lexicon) -> bool:
    return _count_repeated(proposed, lexicon) > _count_repeated(original, lexicon)


def _count_repeated(text: str, lexicon: Lexicon) -> int:
    words = plain_words(text, lexicon)
    return len(words) - len(without_stutters(words))


def _is_paraphrase(unexplained: Sequence[Change], n_words: int) -> bool:
    changed = sum(max(len(change.before), len(change.after)) for change in unexplained)
    return changed >= PARAPHRASE_WORDS and changed >= PARAPHRASE_SHARE * n_words


def _name_reasons(original: str, proposed: str, unexplained: Sequence[Change]) -> set[Reason]:
    """Whether a name is among what changed: a word with a capital inside a sentence."""
    names = {word.casefold() for text in (original, proposed) for word in _capitalised(text)}
    changed = {
        word
        for change in unexplained
        if change.reason in UNEXPECTED
        for word in (*change.before, *change.after)
    }
    return {Reason.NAME} if changed & names else set()


def _capitalised(text: str) -> list[str]:
    return [word.strip('.,;:!?"“”«»()') for word in text.split()[1:] if word[:1].isupper()]


def _whole_reasons(
    original: str,
    proposed: str,
    around: Surroundings,
    unexplained: Sequence[Change],
    lexicon: Lexicon,
) -> set[Reason]:
    """What the proposal is instead of a correction, where it can be told."""
    reasons = set()
    known = (original, around.before, around.after)
    if echoes(around.prompt, proposed, known):
        reasons.add(Reason.PROMPT_ECHOED)
    if is_answer(original, proposed):
        reasons.add(Reason.ANSWERED)
    if _is_other_language(original, proposed, lexicon):
        reasons.add(Reason.OTHER_LANGUAGE)
    if _is_moved(unexplained, proposed, around, lexicon):
        reasons.add(Reason.MOVED)
    return reasons


def _is_other_language(original: str, proposed: str, lexicon: Lexicon) -> bool:
    scripts = {main_script(original), main_script(proposed)} - {""}
    if len(scripts) > 1:
        return True
    if not lexicon.language:
        return False
    new_words = plain_words(proposed, lexicon)
    return told_language(new_words, lexicon.code) != lexicon.code


def _is_moved(
    unexplained: Sequence[Change], proposed: str, around: Surroundings, lexicon: Lexicon
) -> bool:
    """Whether the new words stand in a row in a neighbouring segment."""
    new = {word for change in unexplained for word in change.after}
    words = words_of(proposed, lexicon)
    for neighbour in (around.before, around.after):
        theirs = words_of(neighbour, lexicon)
        runs = {
            tuple(theirs[start : start + MOVED_WORDS])
            for start in range(len(theirs) - MOVED_WORDS + 1)
        }
        for start in range(len(words) - MOVED_WORDS + 1):
            run = tuple(words[start : start + MOVED_WORDS])
            if run in runs and new.intersection(run):
                return True
    return False
