"""The guard's thresholds. `python -m benchmarks guard` shows what a change of them does."""

MAX_SOUND_DISTANCE = 0.22
"""Words are taken for one another by a recogniser up to this far apart, as a share of their
sounds (`sounds.distance`): `prison`/`prism` 0.1, `muscle`/`cell` 0.5."""

MAX_TERM_DISTANCE = 0.4
"""The same where the new word is a term of the course."""

MAX_SPELLING_DISTANCE = 0.25
"""The same in letters, for languages that the guard has no sounds for."""

MAX_MISSPELT_DISTANCE = 0.23
MIN_MISSPELT_LETTERS = 7
"""Long words are one word misspelt where so small a share of the letters differs."""

MAX_LOOSE_WORDS = 3
"""Small words (articles, `of`, `that`) put in or left out, for any segment; more in long ones:"""
WORDS_PER_LOOSE_WORD = 6

MIN_STEM_LETTERS = 3
"""Words with as many letters in common may be forms of one word (`cell`, `cells`)."""

MAX_ENDING_LETTERS = 2
"""Words are looked up among opposites without so many last letters, too (`stalattite`, `-i`)."""

MIN_CONTRAST_LETTERS = 5

MIN_NEGATED_LETTERS = 4
"""A prefix before as many letters may turn the word (`reversible`, `irreversible`)."""

PARAPHRASE_WORDS = 3
PARAPHRASE_SHARE = 0.3
"""That many words, and that share of the segment, changed without a reason: another sentence."""

ECHOED_WORDS = 6
"""So many words in a row from the prompt, which the lesson does not have, are its echo."""

MOVED_WORDS = 3
"""So many new words in a row that stand in a neighbouring segment came from there."""

MAX_STUTTER_WORDS = 4
"""The longest stretch that, said twice on end, is a stutter (`in the in the`)."""

MAX_JOINED_DISTANCE = 0.15
"""Words that were parted wrongly (`you carry oat`, `eukaryote`) are nearer than others must be:
there are small words among them that would be protected otherwise."""

MIN_JOINED_LETTERS = 4
"""And have as many letters, at least."""

MAX_REGION_WORDS = 12
"""A longer stretch without a common word is not compared word by word: it is another text."""

MIN_LANGUAGE_WORDS = 2
"""Twice as many small words of another language as of its own, and so many more, and a text is in
that one."""

MAX_PROTECTED_DISTANCE = 0.15
MIN_PROTECTED_LETTERS = 5
"""A protected word may be another spelling of one that is not (`wendsday`) up to here."""

SOUNDS_THAT_COUNT = 6
"""Sounds beyond these count half: long words that differ in the same way are as far apart."""
