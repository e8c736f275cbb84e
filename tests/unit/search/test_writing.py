"""One word in its many ways of writing: each finds the others, on both databases."""

import pytest

from tests.unit.search.library import add_lesson, ask, find, marked

pytestmark = pytest.mark.usefixtures("each_database")

SAME = [
    ["빛", "빛에", "빛이", "빛은", "빛의", "빛으로", "빛에서는", "빛들을", "\u1107\u1175\u11be이"],
    ["물", "물로", "물은"],
    ["학교", "학교에서", "학교가", "학교로"],
    ["DNA", "DNA는", "dna의"],
    ["나이", "나이가"],
    ["나", "나는"],
    ["빛나다"],
    ["کتاب", "كتاب", "كتـــاب", "کِتاب"],
    ["فارسی", "فارسي", "فارسى"],
    ["مدرسه", "مدرسة"],
    ["احمد", "أحمد", "آحمد", "ٱحمد"],
    ["می\u200cخواهم", "میخواهم", "مي\u200cخواهم"],
    ["٣", "۳", "3", "३", "３"],
    ["٣٤", "۳۴", "34"],
    ["U.S.A.", "USA", "U.S.A", "usa"],
    ["Ph.D.", "PhD"],
    ["1,000", "1000", "1.000", "1\u00a0000", "1\u202f000", "1 000", "1'000", "1’000", "١٬٠٠٠"],
    ["12,345,678", "12345678", "12 345 678", "1,23,45,678"],
    ["3,14", "3.14", "٣٫١٤"],
    ["314"],
    ["0,125", "0.125"],
    ["0125"],
    ["2020-21"],
    ["202021"],
    ["e-mail", "email", "E-Mail", "e‑mail", "e\u2010mail", "e\u00admail", "ｅ－ｍａｉｌ"],
    ["co\u00adoperate", "cooperate", "co-operate"],
    ["COVID-19", "covid19"],
    ["don't", "dont", "don’t", "donʼt", "don`t"],
    ["l'eau", "l’eau"],
    ["l'e-mail de", "l’email de"],
    ["ガラス", "ｶﾞﾗｽ"],
    ["パン", "ﾊﾟﾝ"],
    ["ABC", "ＡＢＣ", "abc"],
    ["filter", "ﬁlter"],
    ["Straße", "strasse", "STRASSE", "STRAẞE"],
    ["øre", "ore", "Øre"],
    ["İstanbul", "istanbul", "ıstanbul", "ISTANBUL"],
    ["col·lecció", "collecció"],
    ["Élève", "eleve", "E\u0301le\u0300ve"],
]


def test_each_way_of_writing_finds_all_others_and_no_other_word() -> None:
    """As phrases, in which what stands beside the word is found beside it, too."""
    written = [way for ways in SAME for way in ways]
    add_lesson(*(f"well, qq {way} zz" for way in written), title="")

    wrong = {}
    for ways in SAME:
        for typed in ways:
            found = [written[int(place)] for _, place in find(f'"qq {typed} zz"', limit=100)]
            if sorted(found) != sorted(ways):
                wrong[typed] = found
    assert wrong == {}


def test_a_word_alone_finds_what_it_is_a_part_of_or_begins_with() -> None:
    parts = {
        "eau": "l'eau",
        "mail": "e-mail",
        "email": "l’e-mail",
        "known": "well-known",
        "well known": "well-known",
        "well-known": "well known",
        "کتاب": "کتاب\u200cها",
        "dont": "they don’t.",
        "emai*": "e-mails",
        "e-ma*": "emails",
        "1 00*": "1,000",
        "usa": "(U.S.A.-based)",
        "1000": "costs €1,000.50!",
    }
    lesson_id = add_lesson(*parts.values(), title="")

    missed = [
        (typed, written)
        for number, (typed, written) in enumerate(parts.items())
        if (lesson_id, number) not in find(typed)
    ]
    assert missed == []
    assert find("빛") == find('"quite else"') == []


MARKED = [
    ("빛", "그 빛에서는 빛나다", "그 [빛]에서는 빛나다"),
    ("물이", "\u1106\u116e\u11af\u110b\u1166", "[\u1106\u116e\u11af]\u110b\u1166"),
    ("email", "an E-Mail, an email", "an [E-Mail], an [email]"),
    ("box", "a Box-Set", "a [Box]-Set"),
    ('"an xray"', "Take an x-ray!", "Take [an x-ray]!"),
    ("usa", "the U.S.A.", "the [U.S.A]."),
    ("1000", "of 1\u202f000 m", "of [1\u202f000] m"),
    ("ガラス", "ｶﾞﾗｽの", "[ｶﾞﾗｽ]の"),
    ("filter", "a ﬁlter", "a [ﬁlter]"),
    ("کتاب", "آن كتاب\u200cها", "آن [كتاب]\u200cها"),
    ("eau", "L’eau", "L’[eau]"),
]


def test_the_letters_that_were_found_are_marked() -> None:
    add_lesson(*(text for _, text, _ in MARKED), title="")

    shown = [[marked(hit) for hit in ask(typed).hits] for typed, _, _ in MARKED]
    assert shown == [[expected] for _, _, expected in MARKED]


def test_what_is_written_as_it_was_typed_comes_first() -> None:
    add_lesson("빛에", "빛", "e-mail", "email", title="")

    assert [marked(hit) for hit in ask("빛").hits] == ["[빛]", "[빛]에"]
    assert [marked(hit) for hit in ask("e-mail").hits] == ["[e-mail]", "[email]"]
