"""Which encoding a text without a mark is in, found out by the letters that it would hold.

A caption file has few letters outside ASCII, too few for a general detector, which takes short
Chinese for Korean and French for Czech. So the encodings of subtitles are tried by what languages
look like in them; charset-normalizer is asked about all others.
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from charset_normalizer import from_bytes

SAMPLE_BYTES = 100_000
"""Of what is not ASCII; more says nothing new."""

SURE = 0.35
"""How well a language must fit, from 0 to 1."""


@dataclass(frozen=True)
class _Language:
    encodings: tuple[str, ...]
    letters: re.Pattern[str]
    """What a text may hold outside ASCII."""
    frequent: frozenset[str]
    share: float
    """Of its letters that are frequent, in usual text."""


def _language(encodings: str, letters: str, frequent: str = "", share: float = 1.0) -> _Language:
    return _Language(
        tuple(encodings.split()),
        re.compile(f"[{letters}{QUOTATION}]"),
        frozenset(frequent),
        share,
    )


QUOTATION = "«»„“”‘’‚–—…°§·\u00a0"
EAST_ASIAN = "\u3000-\u3002\u3008-\u3011\uff01-\uff5e"
HAN = f"\u4e00-\u9fff{EAST_ASIAN}"
TAUGHT = "第回講讲課课程義义学學数數物理化史英语語文科高等入門门大年月日本音"
"""What stands in the names of lessons."""
COMMON_HAN = (
    "的一是不了人我在有他中大上到和地也子道出要就下得可你年生自能其里所去行家十用天如然作方成者多日都三小"
    "二同法起好看明心前面又定只主"
)

# In the order in which they win where two fit equally well.
LANGUAGES = (
    _language("cp1252", "äöüßÄÖÜé"),
    _language("cp1252", "éèêëàâçùûîïôœæÉÈÊÀÂÇÔÎŒ"),
    _language("cp1252", "áéíóúñü¿¡ÁÉÍÓÚÑ"),
    _language("cp1252", "áâãàçéêíóôõúÁÂÃÀÇÉÊÍÓÔÕÚ"),
    _language("cp1252", "åäöæøéÅÄÖÆØÉ"),
    _language("cp1252", "àèéìòùÀÈÉÌÒÙ"),
    _language("cp1252", "áðéíóúýþæöÁÐÉÍÓÚÝÞÆÖ"),
    _language("cp1250 iso8859_2", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"),
    _language("cp1250 iso8859_2", "áčďéěíňóřšťúůýžľĺŕäôÁČĎÉĚÍŇÓŘŠŤÚŮÝŽĽ"),
    _language("cp1250 iso8859_2", "áéíóöőúüűÁÉÍÓÖŐÚÜŰ"),
    _language("cp1250 iso8859_2", "čćđšžČĆĐŠŽ"),
    _language("cp1250 iso8859_2", "ăâîşţĂÂÎŞŢ"),
    _language("cp1254", "çğıöşüâîûÇĞİÖŞÜ"),
    _language("cp1257", "ąčęėįšųūžĄČĘĖĮŠŲŪŽ"),
    _language("cp1257", "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ"),
    _language("cp1257", "äöõüšžÄÖÕÜŠŽ"),
    _language("cp1251 koi8_r cp866", "а-яёіїєґА-ЯЁІЇЄҐ№", "оеаинтсрв", 0.65),
    _language("cp1253", "ά-ώΆΈΉΊΌΎΏΑ-Ω", "αοιετσνηυρςάόέή", 0.75),
    _language("cp1255", "א-ת\u05b0-\u05c2", "יוהלאמרתבשםןנד", 0.8),
    _language("cp1256", "\u0621-\u0652پچژگک،؛؟", "ايلمنوترهب", 0.65),
    _language("cp874", "\u0e01-\u0e5b", "านรกอเงวมย่้", 0.6),
    _language(
        "cp932 euc_jp",
        f"\u3041-\u30ff{HAN}",
        f"のにはをたがでてとしれさいるなかもンスーリ{TAUGHT}",
        0.3,
    ),
    _language("cp949", f"\uac00-\ud7a3{EAST_ASIAN}", "이다는을의가에고하지나도은를한리", 0.3),
    _language(
        "gb18030",
        HAN,
        f"{COMMON_HAN}{TAUGHT}这来们说国时于会后对着过发么经当与学进种将还见没从为个",
        0.35,
    ),
    _language(
        "big5",
        HAN,
        f"{COMMON_HAN}{TAUGHT}這來們說國時於會後對著過發麼經當與學進種將還見沒從為個",
        0.35,
    ),
)

NAMES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "cp1258": "Windows-1258",
    "iso8859_2": "ISO 8859-2",
    "koi8_r": "KOI8-R",
    "cp866": "DOS 866",
    "cp874": "Windows-874",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "gb18030": "GBK",
    "big5": "Big5",
}
"""What the encodings of captions are called; Python's names are the keys."""


def find_encoding(content: bytes) -> str:
    """The likeliest encoding of a text that is not in Unicode."""
    sample = b"\n".join(line for line in content.splitlines() if not line.isascii())
    sample = sample[:SAMPLE_BYTES]
    best, encoding = max(
        (
            (_fit(sample, encoding, language), encoding)
            for language in LANGUAGES
            for encoding in language.encodings
        ),
        key=lambda found: found[0],
    )
    if best >= SURE:
        return encoding
    guess = from_bytes(sample).best()
    return "cp1252" if guess is None else guess.encoding


def readable_name(name: str) -> str:
    """The name of a file as people read it, composed: systems keep names as bytes, and those that
    are not UTF-8 were written on a system with another encoding."""
    content = os.fsencode(name)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode(find_encoding(content), "replace")
    return unicodedata.normalize("NFC", text)


def _fit(sample: bytes, encoding: str, language: _Language) -> float:
    """From 0 to 1: how much `sample`, read in `encoding`, looks like the language."""
    text = sample.decode(encoding, "replace")
    foreign = [character for character in text if not character.isascii()]
    if not foreign:
        return 0.0
    fits = len(language.letters.findall(text)) / len(foreign)
    frequent = sum(character.lower() in language.frequent for character in foreign) / len(foreign)
    usual = min(1.0, frequent / language.share) if language.frequent else 1.0
    return fits * fits * (0.1 + 0.9 * usual) * (1 - _shouting(text)) * (1 - _strangeness(text) / 2)


def _shouting(text: str) -> float:
    """The share of small letters that a capital follows, as where the case is turned round."""
    n_pairs = sum(one.islower() and other.isupper() for one, other in pairwise(text))
    return n_pairs / max(1, len(text))


WORD = re.compile(r"[^\W\d_]+")
PLAIN = re.compile("[A-Za-z]")
LONE_MARK = re.compile(r"(?<![\u0e01-\u0e5b])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
"""A Thai vowel or tone without the letter that it stands on."""
LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


def _strangeness(text: str) -> float:
    """The share of words outside ASCII that no language writes so: Latin letters amid others, or
    nothing but accented ones."""
    words = [word for word in WORD.findall(text) if not word.isascii()]
    n_strange = sum(map(_is_strange, words)) + len(LONE_MARK.findall(text))
    return min(1.0, n_strange / max(1, len(words)))


def _is_strange(word: str) -> bool:
    n_latin = len(LATIN.findall(word))
    if n_latin == len(word):
        return len(word) > 2 and PLAIN.search(word) is None
    return PLAIN.search(word) is not None or word[1:].isupper()
