"""What the guard knows of a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """Lists of a language, each a text of words parted by spaces, or of phrases by ` | `.

    Words stand as `tokens.words_of` makes them: small, with their accents, with `'` as the
    apostrophe.
    """

    code: str
    negations: str
    quantifiers: str
    """How much, how many, how often."""
    hedges: str
    """How sure, how necessary: `may`, `must`, `probably`."""
    pronouns: str
    calendar: str
    """Days and months."""
    contrasts: str
    """Pairs that sound alike or nearly so and mean different things, `mitosis/meiosis`."""
    articles: str
    """Any of these for any other."""
    loose: str
    """Small words that may be put in or left out, a few in a segment."""
    droppable: str
    """Phrases that may be left out, but not put in: `so`, `well`, `i mean`."""
    fillers: str
    """Sounds that are no words: `um`."""
    agreement: str
    """Groups of forms any of which may stand for another: `is are am | has have`."""
    homophones: str
    """Groups of words that sound the same, for words that are protected and must not be guessed."""
    contractions: str
    """`don't=do not | i'm=i am`."""
    symbols: str
    """`%=percent,per cent | kg=kilogram,kilograms`: what is written as a sign or spelt."""
    small: str
    """The commonest words that other languages do not have: what a language is told by."""
    endings: str
    """Endings of forms of one word; `_` is none."""
    negating_prefixes: str
    sounds: tuple[tuple[str, str], ...]
    """How letters sound, as expressions that are replaced one after the other."""
    decimal_comma: bool = True
    letters: str = ""
    """`y=why | w=double you`: how letters are called, where it is not their sound."""
    ordinals: str = ""
    """`2=segundo,segunda`: ordinals that are other words as well."""
    multipliers: str = ""
    """`mila=1000`: what numbers in digits are multiplied by."""
    fractions: str = ""
    """`quarter=4 | quarters=4`: what parts are called behind a number."""
    enclitics: str = ""
    """Pronouns that are written on to a verb: `escríbeme`."""
    word_hour: str = ""
    """What stands in the middle of a time that is spoken, and behind one that is written."""
    word_one: str = ""
    """For `some one`, `someone`."""
    word_times: str = ""
    equals: str = ""
    """Words that the sign `=` may be written for."""
    halves: str = ""
    """What half a unit more is called behind a number, as an expression."""
    number_words: str = ""
    """`nineties=ninety`: numbers by other words."""
    word_and: str = ""
    word_minus: str = "minus"
    word_plus: str = "plus"
    """What these signs are called, in words that are words otherwise, too."""
    word_to: str = ""
    """What the dash in `14-15` is called."""
    ordinal_endings: str = ""
    """What may stand behind a number, as an expression."""
    ne: frozenset[str] = field(default_factory=frozenset)
    """The half of a negation that speech drops (French `ne`)."""
    ne_partners: frozenset[str] = field(default_factory=frozenset)
    """The half that says it alone."""
    number_homophones: Mapping[str, str] = field(default_factory=dict)


SHARED_CONTRASTS = """
mitosis/meiosis proton/photon neutron/neutrino neutron/neuron concave/convex anode/cathode
prokaryote/eukaryote prokaryotic/eukaryotic afferent/efferent iran/iraq
"""

OPPOSED_PREFIXES = (
    "hyper hypo",
    "in ex",
    "im ex",
    "im em",
    "inter intra intro extra",
    "endo exo ecto",
    "endo epi",
    "macro micro",
    "mega micro",
    "pro anti",
    "over under",
    "as des",
    "ac de",
    "ac des",
    "en de",
    "con di",
    "ana cata",
    "ana kata",
    "ana meta",
    "cata meta",
    "homo hetero",
    "mono di tri poly bi tetra penta hexa",
    "mono poli",
    "pre post",
    "up down",
    "de in",
    "de re",
    "ad ab",
    "sub super supra",
    "mini maxi",
    "mini max",
    "ex im",
    "esp imp",
    "esp inp",
    "im ab",
    "auf ab an",
    "ein aus",
    "vor nach",
    "ver ent",
    "be ent",
    "über unter",
    "sopra sotto",
    "sur sous",
    "sobre sub",
    "milli kilo centi mega giga nano micro deci",
)
"""Prefixes that make opposites, or other things, of one stem; each group by itself."""

OPPOSED_ENDINGS = (
    "ful less",
    "ate ite ide",
    "ates ites ides",
    "ose ase",
    "osa asa",
    "osi asi",
    "ane ene yne",
    "ano eno ino",
    "an en in",
    "er ee",
    "ers ees",
    "ato ito uro",
    "at it id",
    "ate ite ure",
    "los voll",
    "eur eux",
)
OPPOSED_ENDINGS_LETTERS = 4
"""What stands before such an ending, at least; before `an en in`, which forms of a word end in,
too, at least twice as many."""

MARKUP = "{}[]<>|`*_#~\\^"
"""Signs that a correction does not bring in."""
