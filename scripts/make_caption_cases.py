"""Write tests/data/captions anew: small caption files as tools, translators and players write them.

    .venv/bin/python scripts/make_caption_cases.py

Each stands for its kind. What is to come of it stands in `cases.json` beside them.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "captions"

FROM_TO = "00:00:01,000 --> 00:00:03,000"
LIGHT, PRISM = "Today we look at light.", "A prism parts it."
HLS = "X-TIMESTAMP-MAP=MPEGTS:{},LOCAL:00:00:00.000\n\n00:00:01.000 --> 00:00:03.000\n{}\n\n"


def srt(*texts: str) -> str:
    """Cues of two seconds, each beginning three seconds after the one before."""
    return "\n".join(
        f"{n}\n00:00:{3 * n - 2:02},000 --> 00:00:{3 * n:02},000\n{text}\n"
        for n, text in enumerate(texts, 1)
    )


def timed(times: str) -> str:
    return f"1\n{times}\n{LIGHT}\n"


TEXTS = {
    # times
    "arrow.srt": srt(LIGHT, PRISM).replace("-->", "→"),
    "arrow-short.srt": srt(LIGHT, PRISM).replace("-->", "->"),
    "arrow-escaped.srt": srt(LIGHT, PRISM).replace("-->", "--&gt;"),
    "blanks.srt": timed("00 : 00 : 01 , 000 --> 00 : 00 : 0 3 , 000"),
    "colon.srt": timed("00:00:01:000 --> 00:00:03:000"),
    "six-digits.srt": timed("00:00:01,000000 --> 00:00:03,000000"),
    "sixteen-digits.srt": timed("00:00:01,0000000000000000 --> 00:00:03,0000000000000000"),
    "comma-and-nothing.srt": timed("00:00:01, --> 00:00:03,"),
    "negative.srt": timed("-00:00:01,500 --> 00:00:03,000"),
    "unreadable.srt": srt(LIGHT, PRISM, "The end.").replace("00:00:04,000", "00:xx:04,000"),
    "open-end.srt": srt(LIGHT).replace("00:00:03,000", "00:00:"),
    # lines
    "no-blank-lines.srt": srt(LIGHT, PRISM, "1666").replace("\n\n", "\n"),
    "blank-in-text.srt": srt(f"{LIGHT}\n\nAnd at 3 colours."),
    "before-the-first.srt": f"Week 3\n\n{srt(LIGHT)}",
    "leading-blank.vtt": f"\n \nWEBVTT\n\nNOTE of two\nlines\n\n00:01.000 --> 00:03.000\n{LIGHT}\n",
    "outside.vtt": f"WEBVTT\n\n00:01.000 --> 00:03.000\n{LIGHT}\n\nIt stands alone.\n",
    "joined.vtt": "".join(
        f"WEBVTT\n{HLS.format(900_000 * n, text)}" for n, text in enumerate((LIGHT, PRISM), 1)
    ),
    "out-of-order.srt": srt(LIGHT, PRISM).replace(
        "00:00:04,000 --> 00:00:06", "00:00:00,000 --> 00:00:00"
    ),
    "rolling.srt": srt(LIGHT, PRISM).replace("00:00:03,000", "00:00:05,000"),
    # markup
    "entities.srt": srt("Newton&#39;s light &amp; colours", "&quot;a&quot;&nbsp;&gt;&gt; b"),
    "override-blocks.srt": srt(
        r"{\an8\fnTimes New Roman\alpha&H80&}Light{\i0} bends.", r"{\pos(1,2)}It is."
    ),
    "formula.srt": srt(r"{\alpha} + {\beta_1} < 3", "if a <b and c> d"),
    "styling.vtt": (
        "WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:03.000\n"
        f"<v Anna><c.red>{LIGHT}</c>\n"
    ),
}
POLISH = srt("Żółta łódź płynie.", "Gęś i źrebię.").encode()
BYTES = {
    "one-bad-byte.srt": POLISH.replace(b"nie.", b"nie \x96.", 1),
    "gbk.srt": srt("今天我们来看光。").encode("gb18030"),
    "big5.srt": srt("今天我們來看光。").encode("big5"),
    "shift-jis.srt": srt("今日は光を見ます。").encode("cp932"),
    "euc-kr.srt": srt("오늘은 빛을 봅니다.").encode("cp949"),
    "windows-1250.srt": srt("Żółta łódź płynie po rzece.").encode("cp1250"),
    "windows-1251.srt": srt("Сегодня мы смотрим на свет.").encode("cp1251"),
    "koi8-r.srt": srt("Сегодня мы смотрим на свет.").encode("koi8_r"),
    "windows-1252.srt": srt("L’été, c’est déjà fini").encode("cp1252"),
    "windows-1255.srt": srt("שלום היום נלמד על אור").encode("cp1255"),
    "windows-1256.srt": srt("اليوم ننظر إلى الضوء").encode("cp1256"),
    "utf-16-without-mark.srt": srt("Straße").encode("utf-16-le"),
    "utf-16-with-mark.srt": srt("Straße").encode("utf-16"),
    "utf-8-with-mark.srt": srt("Straße").encode("utf-8-sig"),
    "nul.srt": srt("Li\x00ght").encode(),
}
FILES = {name: text.encode() for name, text in TEXTS.items()} | BYTES


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
