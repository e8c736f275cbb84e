"""Every caption file of tests/data/captions: what comes out, and what is named in the notices."""

import json

import pytest

from backend.text.captions_in import read_captions
from scripts.make_caption_cases import FILES, FOLDER

CASES = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_kind_of_file_is_read_and_what_is_mended_is_named(name: str) -> None:
    captions = read_captions((FOLDER / name).read_bytes())

    cues = [[segment.start, segment.end, segment.text] for segment in captions.segments]
    named = [
        [notice.code, str(notice.facts.get("lines", notice.facts.get("n", "")))]
        for notice in captions.notices
    ]
    assert {"encoding": captions.encoding, "cues": cues, "notices": named} == CASES[name]


def test_the_files_are_those_that_the_script_makes() -> None:
    files = {path.name: path.read_bytes() for path in FOLDER.glob("*.*") if path.suffix != ".json"}

    assert files == FILES
    assert CASES.keys() == FILES.keys()
