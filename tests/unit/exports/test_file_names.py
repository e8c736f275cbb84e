import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.exports.file_names import safe_file_name
from backend.exports.formats import Exported
from tests.unit.text.transcripts import ANY_TEXT, SPOKEN_TEXT

PARTS_OF_PATHS = st.lists(
    st.sampled_from(
        ["..", "/", "\\", "C:", "CON", "nul.txt", ".", " ", "\u202e", "a", "é", "😀" * 60]
    )
).map("".join)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Cells", "Cells.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ("C:\\Users\\me", "C Users me.pdf"),
        ("שיעור 3: מבוא", "שיעור 3 מבוא.pdf"),
        ("a\r\nSet-Cookie: x", "a Set-Cookie x.pdf"),
        ("exam\u202efdp.exe", "examfdp.exe.pdf"),
        ("nul", "_nul.pdf"),
        ("COM1.txt", "_COM1.txt.pdf"),
        (".bashrc", "bashrc.pdf"),
        ("-rf *", "rf.pdf"),
        ("\x00\ud800", "lesson.pdf"),
        ("...", "lesson.pdf"),
        ("x" * 500, "x" * 150 + ".pdf"),
    ],
)
def test_a_title_becomes_the_name_of_a_file(title: str, name: str) -> None:
    assert safe_file_name(title, ".pdf") == name


@given(title=SPOKEN_TEXT | ANY_TEXT | PARTS_OF_PATHS)
def test_every_name_is_safe_and_comes_back_from_the_header(title: str) -> None:
    name = safe_file_name(title, ".docx")

    assert name.endswith(".docx")
    assert len(name.encode()) <= 160
    assert not set(name) & set('<>:"/\\|?*')
    assert all(unicodedata.category(mark) not in ("Cc", "Cs") for mark in name)
    assert name[0] not in ". -"
    header = Exported(b"", "application/pdf", name).content_disposition
    assert header.isascii()
    plain, exact = header.removeprefix('attachment; filename="').split("\"; filename*=UTF-8''")
    assert not set(plain) & set('"\\/\r\n')
    assert unquote(exact) == name
