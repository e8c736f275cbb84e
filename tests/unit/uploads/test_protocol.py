"""The headers of the tus protocol, as clients send them and as nobody should."""

import base64
import hashlib
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidValue, LecternError
from backend.errors.uploads import ProtocolVersionWrong, UploadError, UploadTypeWrong
from backend.lessons.service import LessonDetails
from backend.uploads.protocol import (
    UploadMetadata,
    read_checksum,
    read_metadata,
    read_number,
    require_offset_type,
    require_version,
)
from tests.audio_files import AWKWARD_FILE_NAMES, HOSTILE_FILE_NAMES


def encode(**values: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items()
    )


def completed(metadata: UploadMetadata) -> LessonDetails:
    """The details of a recording that says nothing of itself."""
    return metadata.details.completed(metadata.file, None, None)


def test_metadata_says_what_the_lesson_is_called() -> None:
    metadata = read_metadata(
        encode(filename="week_3.mp4", course="Algebra", language="FR", process="true")
    )

    assert metadata.name == "week_3.mp4"
    assert completed(metadata).title == "week 3"
    assert metadata.details.course == "Algebra"
    assert metadata.details.language == "FR"
    assert metadata.process
    assert metadata.file.suffix == ".mp4"


def test_a_title_wins_over_the_name_of_the_file() -> None:
    metadata = read_metadata(encode(filename="x.mp4", title="Groups"))

    assert metadata.details.title == "Groups"
    assert not metadata.process


def test_the_date_comes_from_the_name_unless_it_is_said() -> None:
    named = read_metadata(encode(filename="GMT20250305-091500_Recording.m4a"))
    said = read_metadata(encode(filename="2025-03-05.m4a", date="2026-11-20T09:30+01:00"))

    assert completed(named).date == datetime(2025, 3, 5, 9, 15, tzinfo=UTC)
    assert completed(said).date == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def test_other_clients_keys_are_left_alone() -> None:
    assert (
        read_metadata(encode(relativePath="null", filetype="video/mp4") + ",is_secret").name == ""
    )


@pytest.mark.parametrize("header", [None, "", " , "])
def test_without_metadata_a_lesson_has_a_title_all_the_same(header: str | None) -> None:
    assert completed(read_metadata(header)).title == "Untitled"


@pytest.mark.parametrize("name", [*AWKWARD_FILE_NAMES, *HOSTILE_FILE_NAMES, "x" * 300 + ".mp4"])
def test_no_name_leads_out_of_a_folder(name: str) -> None:
    metadata = read_metadata(encode(filename=name))

    assert "/" not in metadata.name
    assert "\\" not in metadata.name
    assert "\x00" not in metadata.name
    assert metadata.name not in ("..", ".")
    assert 0 < len(completed(metadata).title or "") <= 200


def test_marks_of_the_writing_direction_stay() -> None:
    metadata = read_metadata(encode(filename="\u202bשיעור\u202c.mp4"))

    assert completed(metadata).title == "\u202bשיעור\u202c"


@pytest.mark.parametrize(
    "header",
    [
        "filename !!!",
        "filename /w==",  # not UTF-8
        "filename YQ==,filename YQ==",
        "ключ YQ==",
        "filename " + "YWFh" * 4000,
    ],
)
def test_metadata_that_is_not_in_the_protocols_form_is_refused(header: str) -> None:
    with pytest.raises(UploadError):
        read_metadata(header)


@pytest.mark.parametrize(
    "values", [{"title": ""}, {"title": "\x07"}, {"language": "french"}, {"process": "perhaps"}]
)
def test_values_that_no_lesson_can_have_are_refused_before_anything_is_sent(
    values: dict[str, str],
) -> None:
    with pytest.raises(InvalidValue):
        read_metadata(encode(**values))


@given(st.text())
def test_whatever_the_header_holds_it_is_read_or_refused(header: str) -> None:
    with suppress(LecternError):
        read_metadata(header)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_name_is_read(name: str) -> None:
    if len(name) < 1000:
        assert completed(read_metadata(encode(filename=name))).title


@pytest.mark.parametrize("header", [None, "", "-1", "+1", "1.0", "0x1", " 1", "١", "9" * 30])
def test_what_is_no_number_of_bytes_is_refused(header: str | None) -> None:
    with pytest.raises(UploadError, match="Upload-Offset"):
        read_number("Upload-Offset", header)


def test_a_checksum_tells_the_bytes_that_were_sent_from_others() -> None:
    encoded = base64.b64encode(hashlib.sha1(b"right").digest()).decode()
    right, wrong = read_checksum(f"sha1 {encoded}"), read_checksum(f"sha1 {encoded}")
    assert right is not None
    assert wrong is not None

    right.update(b"ri")
    right.update(b"ght")
    wrong.update(b"wrong")

    assert right.is_right
    assert not wrong.is_right


@pytest.mark.parametrize("header", ["", "md5 YQ==", "sha1", "sha1 ?", "sha256 YQ==", "sha1YQ=="])
def test_a_checksum_that_cannot_be_compared_is_refused(header: str) -> None:
    with pytest.raises(UploadError):
        read_checksum(header)


def test_another_version_or_type_is_refused() -> None:
    for version in (None, "", "0.2.2", "1.0.0, 2.0.0"):
        with pytest.raises(ProtocolVersionWrong):
            require_version(version)
    for content_type in (None, "", "application/json", "multipart/form-data"):
        with pytest.raises(UploadTypeWrong):
            require_offset_type(content_type)
    require_version("1.0.0")
    require_offset_type("Application/Offset+octet-stream")
