"""Caption files of every kind that tools, translators and players write: no word goes unnamed."""

import os
import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.captions.reading_apart import read_captions_apart
from backend.errors.recordings import UnreadableCaptions
from backend.models.notices import Notice
from backend.text.captions_in import clip_to, read_captions
from backend.text.character_sets import readable_name

LIGHT = (1.0, 3.0, "Light bends.")


def spoken(content: bytes | str) -> list[tuple[float, float, str]]:
    captions = read_captions(content.encode() if isinstance(content, str) else content)
    return [(segment.start, segment.end, segment.text) for segment in captions.segments]


@pytest.mark.parametrize(
    "times",
    [
        "00:00:01,000 -> 00:00:03,000",
        "00:00:01,000 → 00:00:03,000",
        "00:00:01,000 --&gt; 00:00:03,000",
        "00 : 00 : 01 , 000 --> 00:00: 03,000",
        "00:00:0 1,000 --> 00:00:03,0 00",
        "00:00:01:000 --> 00:00:03:000",
        "00:00:01.000000 --> 00:00:03.0000000000000000",
        "00:00:01, --> 00:00:03,",
        "00:00:01,000 -- > 00:00:03,000",
        "00：00：01，000 --> 00：00：03，000",
        "1 00:00:01,000 --> 00:00:03,000",
        "00:01 --> 00:03 align:start position:10%",
        "0:00:01.000,0:00:03.000",
    ],
)
def test_times_are_read_in_every_dialect(times: str) -> None:
    captions = read_captions(f"1\n{times}\nLight bends.\n".encode())

    assert spoken(f"1\n{times}\nLight bends.\n") == [LIGHT]
    assert captions.notices == ()


@pytest.mark.parametrize(
    ("text", "expected", "notice"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nb", "a|b", None),
        ("1\n-00:00:01,5 --> 00:00:02,000\na", "a", "Line 2"),
        ("1\n00:00:01,000 --> 00:00:xx\na", "a", "Line 2"),
        ("1\n00:00:01,000 --> 00:00:02,000\nN&#39;s &amp; b &gt;&gt;", "N's & b >>", None),
        ("1\n00:00:01,000 --> 00:00:02,000 a", "a", None),
        ("Film\n\n1\n00:00:01,000 --> 00:00:02,000\na", "a", "Line 1"),
        ("\n \nWEBVTT\n\nNOTE x\ny\n\n00:01.000 --> 00:02.000\na", "a", None),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nlost", "a lost", "Line 6"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\na < b <laughs>", "a < b <laughs>", None),
        ("1\n00:00:01,000 --> 00:00:02,000\n9:30 → 10:15", "9:30 → 10:15", None),
        ("1\n0:01,0 --> 0:02,0\nif a <b and c> d", "if a <b and c> d", None),
        ("1\n0:01,0 --> 0:02,0\nwhere a <i holds\nand b -> c", "where a <i holds and b -> c", None),
        ("1\n0:01,0 --> 0:02,0\nm <p and q> n", "m <p and q> n", None),
        ("1\n0:01,0 --> 0:02,0\non <12.5.2024>", "on <12.5.2024>", None),
        (
            "1\n0:01,0 --> 0:02,0\n{\\an8\\fnTimes New Roman\\alpha&H80&}a"
            "{\\i0} {\\t(0,5,\\fs(2))}b",
            "a b",
            None,
        ),
        (
            "1\n0:01,0 --> 0:02,0\n{\\alpha} + {\\beta_1} = {\\sum} {\\rho}",
            "{\\alpha} + {\\beta_1} = {\\sum} {\\rho}",
            None,
        ),
        (
            "1\n0:01,0 --> 0:02,0\n<font color=red size='2'>a</font><br/>b<p class=x>c</p>",
            "a b c",
            None,
        ),
        (
            "WEBVTT\n\n0:01.0 --> 0:02.0\n<c.red.x>a</c> <0:01.500>b <lang en-GB>c</lang>",
            "a b c",
            None,
        ),
        (
            "WEBVTT\n\n0:01.0 --> 0:02.0\na\n\nSTYLE matters\nhere",
            "a STYLE matters here",
            "Lines 6–7",
        ),
    ],
)
def test_what_is_meant_is_read_and_the_rest_named(
    text: str, expected: str, notice: str | None
) -> None:
    captions = read_captions(text.encode())

    assert "|".join(segment.text for segment in captions.segments) == expected
    assert any(notice in each.text for each in captions.notices) if notice else not captions.notices


def test_joined_files_follow_each_other_on_the_clock_of_their_stream() -> None:
    part = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{},LOCAL:00:00:00.000\n\n00:01.000 --> 00:03.000\n{}\n\n"

    unplaced = "WEBVTT\n\n00:00.000 --> 00:00.500\nzero\n\n"
    joined = part.format(900_000, "one") + part.format(1_800_000, "two")

    assert spoken(joined) == [(1.0, 3.0, "one"), (11.0, 13.0, "two")]
    assert spoken(unplaced + joined)[1:] == [(1.0, 3.0, "one"), (11.0, 13.0, "two")]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "今天我们来看光。"),
        ("big5", "今天我們來看光。"),
        ("cp932", "今日は光を見ます。"),
        ("iso2022_jp", "今日は光を見ます。"),
        ("euc_jp", "今日は光を見ます。"),
        ("cp949", "오늘은 빛을 봅니다."),
        ("cp1250", "Żółta łódź płynie po rzece."),
        ("cp1251", "Сегодня мы смотрим на свет."),
        ("koi8_r", "Сегодня мы смотрим на свет."),
        ("cp1252", "L’été, c’est déjà fini"),
        ("cp1253", "Σήμερα κοιτάμε το φως."),
        ("cp1254", "Bugün ışığa bakıyoruz."),
        ("cp1255", "שלום היום נלמד על אור"),
        ("cp1256", "اليوم ننظر إلى الضوء"),
        ("cp1257", "Šiandien žiūrime į šviesą."),
        ("cp874", "วันนี้เราดูแสง"),
        ("utf-16-le", "Straße"),
        ("utf-16-be", "Straße"),
    ],
)
def test_the_encoding_is_found_out(encoding: str, text: str) -> None:
    content = f"1\n00:00:01,000 --> 00:00:03,000\n{text}\n".encode(encoding)

    assert spoken(content) == [(1.0, 3.0, text)]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        *(("cp1252", name) for name in ("café", "Électricité leçon 3", "Übung 1", "Größe")),
        *(("cp1250", name) for name in ("Přednáška 1", "Żółw wykład")),
        *(("cp932", name) for name in ("講義", "数学", "物理学入門 第1回", "レクチャー01")),
        *(("euc_jp", name) for name in ("講義", "物理学入門 第1回")),
        *(("gb18030", name) for name in ("今天", "物理课 第一讲", "高等数学")),
        *(("big5", name) for name in ("物理課", "講義一")),
        *(("koi8_r", name) for name in ("лекция 1", "Физика", "Математика - лекция")),
        *(("cp1251", name) for name in ("лекция 1", "Физика", "Высшая математика")),
        *(("cp949", "물리학"), ("cp1255", "שיעור 1"), ("cp1253", "Μάθημα 1")),
        ("utf-8", "lec\u0327on"),
    ],
)
def test_the_few_letters_of_a_files_name_tell_its_encoding(encoding: str, name: str) -> None:
    assert readable_name(os.fsdecode(name.encode(encoding))) == normalize("NFC", name)


def test_a_file_that_only_looks_as_if_it_changed_to_japanese_is_not_taken_for_it() -> None:
    content = b"1\n00:00:01,000 --> 00:00:03,000\nna\xefve \x1b$5\n"

    assert spoken(content) == [(1.0, 3.0, "naïve $5")]


def test_a_damaged_byte_costs_one_letter_and_is_named() -> None:
    content = "1\n00:00:01,000 --> 00:00:03,000\nŻółta łódź ".encode() + b"\x96.\n"

    captions = read_captions(content)

    assert captions.segments[0].text == "Żółta łódź \ufffd."
    assert "Line 3" in captions.notices[0].text


def test_what_stands_after_the_end_is_named_with_its_lines() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:09,000 --> 00:00:10,000\nb\n"

    assert "(line 6)" in clip_to(read_captions(text.encode()), 5.0).notices[0].text


def test_a_line_beyond_all_bounds_is_refused_and_named() -> None:
    with pytest.raises(UnreadableCaptions, match="Line 2 has 250,000 characters"):
        read_captions_apart(b"00:00:01,000 --> 00:00:02,000\n" + b"<" * 250_000)


def test_captions_read_apart_are_those_read_here() -> None:
    content = b"1\n00:00:01,000 --> 00:00:02,000\na\n"

    assert read_captions_apart(content) == read_captions(content)


LINES = st.sampled_from(
    [
        "",
        "1",
        "2",
        "WEBVTT",
        "00:00:01,000 --> 00:00:02,000",
        "00:00:xx --> 00:00:09,000",
        "0:05 -->",
        "{word} <i>said</i>",
        "{word} <b and {word} > c",
        "STYLE {word}",
        "{word} {{\\alpha {word}}} {{\\i1}}{word}",
    ]
)
JUNK = st.text(st.sampled_from("<>{}\\&;/.,:-= '\"#(→|\t\u2028!?*[]@0123456789"), max_size=6)
"""What may stand between words, whole or in pieces."""
ANYTHING = st.one_of(LINES, st.tuples(JUNK, JUNK, JUNK).map(lambda parts: "{word}".join(parts)))


@given(st.lists(ANYTHING, max_size=25), st.booleans())
def test_every_word_is_read_or_its_line_is_named(lines: list[str], is_vtt: bool) -> None:
    lines = ["WEBVTT", ""] * is_vtt + lines
    lines = [line.replace("{word}", f"word{number}x") for number, line in enumerate(lines, 1)]
    try:
        captions = read_captions("\n".join(lines).encode())
    except UnreadableCaptions:
        return
    text = " ".join(segment.text for segment in captions.segments)
    named = named_lines(captions.notices)
    for number, line in enumerate(lines, 1):
        for word in re.findall(r"word\d+x", line):
            is_whole = text.count(word) >= line.count(word)
            assert is_whole or number in named or is_comment(lines, number)


def is_comment(lines: list[str], number: int) -> bool:
    """Whether players do not show the line: it is a cue's name, or of a header's block."""
    following = lines[number] if number < len(lines) else ""
    if lines[0] == "WEBVTT" and "-->" in following and not lines[number - 2]:
        return True
    before = lines[: number - 1]
    while before and before[-1] and "-->" not in before[-1]:
        if before.pop() == "WEBVTT":
            return True
    return False


def named_lines(notices: tuple[Notice, ...]) -> set[int]:
    found: set[int] = set()
    for notice in notices:
        if notice.text.startswith("Line"):
            for first, last in re.findall(r"(\d+)(?:–(\d+))?", str(notice.facts["lines"])):
                found |= set(range(int(first), int(last or first) + 1))
    return found
