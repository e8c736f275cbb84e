"""Recordings over HTTP: whole, in ranges, by their content."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from backend.config.environment import audio_dir
from backend.web.media_types import sniff_media_type

MakeLesson = Callable[..., int]

CONTENT = b"fLaC" + bytes(range(256)) * 4000  # a megabyte: more than a chunk
SIZE = len(CONTENT)


@pytest.fixture
def media(sqlite_client: httpx.Client, lesson_of: MakeLesson, tmp_path: Path) -> str:
    """The address of a recording whose name lies about what it is."""
    source = tmp_path / "page.html"
    source.write_bytes(CONTENT)
    return f"/api/v1/lessons/{lesson_of(source, title='Light', audio_sha256='ab' * 32)}/media"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=5-9", 5, 10),
        ("bytes=-500", SIZE - 500, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes=10-{SIZE * 9}", 10, SIZE),
        ("Bytes=300000-900000", 300_000, 900_001),
    ],
)
def test_a_range_is_exactly_those_bytes(
    sqlite_client: httpx.Client, media: str, asked: str, start: int, end: int
) -> None:
    answer = sqlite_client.get(media, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE * 3}-{SIZE * 4}"])
def test_bytes_that_are_not_there_are_a_problem(
    sqlite_client: httpx.Client, media: str, asked: str
) -> None:
    answer = sqlite_client.get(media, headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-6", "bytes=9-5", "bytes=", "bytes=-", "items=0-1", "bytes=x-y", "x" * 999],
)
def test_what_is_no_single_range_is_answered_with_the_whole(
    sqlite_client: httpx.Client, media: str, asked: str
) -> None:
    answer = sqlite_client.get(media, headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_a_recording_is_what_its_bytes_say(sqlite_client: httpx.Client, media: str) -> None:
    answer = sqlite_client.get(media, headers={"Accept-Encoding": "gzip"})

    assert answer.headers["content-type"] == "audio/flac"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''Light.html"
    assert answer.headers["accept-ranges"] == "bytes"


def test_head_says_the_same_without_the_bytes(sqlite_client: httpx.Client, media: str) -> None:
    whole, part = (
        sqlite_client.head(media),
        sqlite_client.head(media, headers={"Range": "bytes=-5"}),
    )

    assert (whole.status_code, whole.content) == (200, b"")
    assert whole.headers["content-length"] == str(SIZE)
    assert (part.status_code, part.headers["content-length"]) == (206, "5")


def test_a_recording_that_the_client_has_is_not_sent_again(
    sqlite_client: httpx.Client, media: str
) -> None:
    etag = sqlite_client.head(media).headers["etag"]

    known = sqlite_client.get(media, headers={"If-None-Match": etag})
    same = sqlite_client.get(media, headers={"Range": "bytes=0-3", "If-Range": etag})
    other = sqlite_client.get(media, headers={"Range": "bytes=0-3", "If-Range": '"other"'})

    assert "ab" * 32 in etag
    assert (known.status_code, known.content) == (304, b"")
    assert same.content == b"fLaC"
    assert other.content == CONTENT


def test_nothing_but_recordings_is_given(
    sqlite_client: httpx.Client, lesson_of: MakeLesson, data_dir: Path
) -> None:
    (audio_dir() / "folder").mkdir(parents=True)
    (data_dir / "config.yaml").write_text("api_key: secret\n")
    for name in ("../config.yaml", "/etc/passwd", "..", ".", "", "missing.mp3", "folder", None):
        answer = sqlite_client.get(f"/api/v1/lessons/{lesson_of(filename=name)}/media")

        assert answer.status_code == 404, name
        assert answer.headers["content-type"] == "application/problem+json"
        assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("beginning", "media_type"),
    [
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"OggS", "audio/ogg"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\x1fB\x86webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\x1fmatroska", "video/x-matroska"),
        (b"<!doctype html><script>alert(1)</script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_each_kind_of_recording_is_told_by_its_beginning(beginning: bytes, media_type: str) -> None:
    assert sniff_media_type(beginning) == media_type
