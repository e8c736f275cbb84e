"""Lessons over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import text
from sqlmodel import Session

from backend import database
from backend.models import Course, Lesson, Segment, TranscriptWindow
from backend.speech.engines.sphinx_entry import SPHINX
from tests.acceptance.workers import spoken

LESSONS = "/api/v1/lessons"
MakeLesson = Callable[..., int]


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def all_pages(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    """The items of all pages, one after another."""
    items, cursor = [], None
    while True:
        page = client.get(LESSONS, params=query | ({"cursor": cursor} if cursor else {})).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


# --- lists -----------------------------------------------------------------------------------


def test_the_pages_of_a_list_are_the_list(client: httpx.Client, lesson_of: MakeLesson) -> None:
    for number in range(7):  # the same dates and titles again and again
        date = datetime(2026, 1, 1 + number % 3, tzinfo=UTC)
        lesson_of(title=f"Lesson {number % 2}", date=date)

    for sort in ("date", "-date", "title", "-title", "id", "-id"):
        whole = client.get(LESSONS, params={"sort": sort}).json()["items"]
        paged = all_pages(client, sort=sort, limit=2)

        assert paged == whole
        key, is_down = sort.removeprefix("-"), sort.startswith("-")
        keys = [(item[key], item["id"]) for item in whole]
        assert keys == sorted(keys, reverse=is_down)


def test_lessons_are_found_by_course_theme_and_date(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    with Session(database.engine) as session:
        session.add(Course(id=1, title="Physics"))
        session.commit()
    lesson_of(title="in it", course_id=1, date=datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    lesson_of(title="outside", date=datetime(2026, 3, 2, tzinfo=UTC))

    assert titles(client.get(LESSONS, params={"course_id": 1})) == ["in it"]
    assert titles(client.get(LESSONS, params={"theme_id": 1})) == []
    assert titles(client.get(LESSONS, params={"to": "2026-03-01"})) == ["in it"]
    assert titles(client.get(LESSONS, params={"from": "2026-03-02"})) == ["outside"]
    moment = "2026-03-02T01:00:00+01:00"
    assert titles(client.get(LESSONS, params={"from": moment, "to": moment})) == ["outside"]


def test_each_state_has_its_lessons(client: httpx.Client, lesson_of: MakeLesson) -> None:
    heard = {"transcript": spoken(1)}
    corrected = heard | {"corrected_transcript": spoken(1)}
    fields_by_state: dict[str, Mapping[str, object]] = {
        "new": {},
        "transcribed": heard,
        "corrected": corrected,
        "summarised": corrected | {"summary": "All.", "summary_metadata": {}},
        "no speech": heard | {"summary_metadata": {"model": None}},
    }
    for state, fields in fields_by_state.items():
        lesson_of(title=state, **fields)

    for state in fields_by_state:
        found = client.get(LESSONS, params={"state": state})
        assert titles(found) == [state]
        assert found.json()["items"][0]["state"] == state


def test_lists_and_summaries_do_not_read_the_transcripts(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(title="broken", summary="About light.")
    with database.engine.begin() as connection:
        connection.execute(text('UPDATE lesson SET transcript = \'{"no": "list"}\''))

    (item,) = client.get(LESSONS).json()["items"]
    summary = client.get(f"{LESSONS}/{lesson_id}/summary")
    answer = client.get(f"{LESSONS}/{lesson_id}/transcript")

    assert item["has_transcript"] is True
    assert summary.json()["summary"] == "About light."
    assert answer.status_code == 500
    assert answer.json()["code"] == "unreadable-transcript"


def test_a_lesson_says_how_its_texts_were_made(client: httpx.Client, lesson_of: MakeLesson) -> None:
    left = [{"group": 1, "segments": [4, 5], "reason": "It did not answer."}]
    made = {"provider": "OpenAI", "model": "gpt-5-mini", "failed_groups": left}
    lesson_id = lesson_of(
        transcript_metadata={"engine": "pocketsphinx", "model": "en-us", "notices": ["Rough."]},
        correction_metadata=made,
        summary_metadata={"made by": ["another program"], "model": 7},
    )

    making = client.get(f"{LESSONS}/{lesson_id}").json()["making"]

    assert making == {
        "transcript": {
            "maker": "pocketsphinx",
            "model": "en-us",
            "words": asdict(SPHINX.in_words("en-us")),
            "caveat": asdict(SPHINX.caveat),
            "left_segments": [],
            "notices": ["Rough."],
        },
        "corrected_transcript": {
            "maker": "OpenAI",
            "model": "gpt-5-mini",
            "words": None,
            "caveat": None,
            "left_segments": [4, 5],
            "notices": [],
        },
        "summary": None,
    }


def test_a_cursor_that_no_list_gave_is_refused(client: httpx.Client) -> None:
    for cursor in ("x", "!!", "é", "W10", "WyJpZCIsMV0", "WyJkYXRlIiwieCIsMV0", "bnVsbA", "\0"):
        answer = client.get(LESSONS, params={"cursor": cursor, "sort": "date"})

        assert answer.status_code == 422, cursor
        assert answer.headers["content-type"] == "application/problem+json"


# --- one lesson ------------------------------------------------------------------------------


def test_a_change_needs_the_version_that_was_read(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    address = f"{LESSONS}/{lesson_of(title='Old')}"
    etag = client.get(address).headers["ETag"]

    unconditional = client.patch(address, json={"title": "New"})
    changed = client.patch(address, json={"title": "New"}, headers={"If-Match": etag})
    stale = client.patch(address, json={"title": "Newer"}, headers={"If-Match": etag})
    again = client.patch(
        address, json={"title": "Newer"}, headers={"If-Match": stale.headers["ETag"]}
    )

    assert unconditional.status_code == 428
    assert changed.json()["title"] == "New"
    assert stale.status_code == 412
    assert stale.json()["present"]["title"] == "New"
    assert again.json()["title"] == "Newer"
    assert client.patch(address, json={"title": "!"}, headers={"If-Match": "*"}).status_code == 200


def test_a_change_changes_what_was_sent_and_nothing_else(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    address = f"{LESSONS}/{lesson_of(title='Optics', language='en')}"
    change = {"course": "Physics", "theme": "Light", "date": "2026-02-03T10:00:00+02:00"}

    changed = client.patch(address, json=change, headers={"If-Match": "*"}).json()
    moved = client.patch(
        address, json={"language": "", "course": ""}, headers={"If-Match": "*"}
    ).json()

    assert (changed["title"], changed["own_language"]) == ("Optics", "en")
    assert changed["course"] == "Physics"
    assert changed["theme_id"] is not None
    assert changed["date"] == "2026-02-03T08:00:00Z"
    assert (moved["own_language"], moved["course_id"], moved["theme_id"]) == (None, None, None)


def test_what_the_client_has_is_not_sent_again(
    client: httpx.Client, lesson_of: MakeLesson, each_database: str
) -> None:
    lesson_id = lesson_of(title="Optics", transcript=spoken(2))
    for address in (LESSONS, f"{LESSONS}/{lesson_id}", f"{LESSONS}/{lesson_id}/transcript"):
        etag = client.get(address).headers["ETag"]

        known = client.get(address, headers={"If-None-Match": f'"other", {etag}'})

        assert (known.status_code, known.content) == (304, b"")


def test_what_a_worker_changed_is_sent_again_and_the_change_of_a_person_still_fits(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(title="Optics")
    address = f"{LESSONS}/{lesson_id}"
    etag = client.get(address).headers["ETag"]
    with Session(database.engine) as session:
        session.get_one(Lesson, lesson_id).brief = "Light."
        session.commit()

    seen = client.get(address, headers={"If-None-Match": etag})
    changed = client.patch(address, json={"title": "New"}, headers={"If-Match": etag})

    assert seen.json()["brief"] == "Light."
    assert changed.status_code == 200


def test_a_removed_lesson_can_be_brought_back(client: httpx.Client, lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of(title="Optics", transcript=spoken(2))
    address = f"{LESSONS}/{lesson_id}"

    removed = client.delete(address)
    gone = [client.get(address), client.get(f"{address}/transcript"), client.delete(address)]
    trash = client.get("/api/v1/trash").json()["items"]
    back = client.post(f"/api/v1/trash/{lesson_id}/restore")

    assert removed.status_code == 204
    assert {answer.status_code for answer in gone} == {404}
    assert [item["title"] for item in trash] == ["Optics"]
    assert back.json()["title"] == "Optics"
    assert len(client.get(f"{address}/transcript").json()["segments"]) == 2


def test_a_removed_lesson_is_deleted_for_good(client: httpx.Client, lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of()
    address = f"/api/v1/trash/{lesson_id}"
    there = client.delete(address)
    client.delete(f"/api/v1/lessons/{lesson_id}")

    deleted = client.delete(address)

    assert there.status_code == 404
    assert deleted.status_code == 204
    assert client.get("/api/v1/trash").json()["items"] == []
    assert client.post(f"{address}/restore").status_code == 404


HOSTILE = '<script>alert(1)</script> "\\ \u202e${x} {{7*7}} \U0001f600 é'


def test_whatever_looks_like_a_program_is_stored_and_given_back_as_text(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(title="x", transcript=[{"start": 0, "end": 1, "text": HOSTILE}])
    address = f"{LESSONS}/{lesson_id}"

    changed = client.patch(address, json={"title": HOSTILE}, headers={"If-Match": "*"})
    shown = client.get(f"{address}/transcript")

    assert changed.json()["title"] == HOSTILE
    assert shown.json()["segments"][0]["text"] == HOSTILE
    assert shown.headers["content-type"] == "application/json"
    assert shown.headers["x-content-type-options"] == "nosniff"


# --- texts -----------------------------------------------------------------------------------


def test_a_transcript_is_given_as_it_is_stored(client: httpx.Client, lesson_of: MakeLesson) -> None:
    words = [{"text": "light", "start": 0.0, "end": 0.5, "probability": 0.5}]
    segments = [
        {"start": 0.0, "end": 1.5, "text": "light", "words": words, "confidence": 0.5},
        {"start": 2.0, "end": 3.0, "text": "and so on", "flags": ["repetition"], "own": 1},
    ]
    lesson_id = lesson_of(transcript=segments, corrected_transcript=[])

    heard = client.get(f"{LESSONS}/{lesson_id}/transcript").json()
    corrected = client.get(f"{LESSONS}/{lesson_id}/corrected-transcript").json()

    assert heard == {"lesson_id": lesson_id, "layer": "transcript", "segments": segments}
    assert corrected["segments"] == []


def test_a_text_that_is_not_there_yet_is_a_sentence(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    address = f"{LESSONS}/{lesson_of()}"

    for part in ("transcript", "corrected-transcript", "summary", "export?format=srt"):
        answer = client.get(f"{address}/{part}")
        assert answer.status_code == 409, part
        assert "process" in answer.json()["action"] + answer.json()["detail"]


def test_a_summary_has_its_moments(client: httpx.Client, lesson_of: MakeLesson) -> None:
    moment = {"text": "Light bends.", "start": 1.0, "end": 2.0, "segments": [0]}
    no_segments: list[int] = []
    unplaced = {"text": "So it seems.", "start": None, "end": None, "segments": no_segments}
    metadata = {"model": "gpt-4o", "moments": [moment, unplaced]}
    lesson_id = lesson_of(summary="Light bends.", brief="Light.", summary_metadata=metadata)

    summary = client.get(f"{LESSONS}/{lesson_id}/summary").json()

    assert summary["moments"] == [moment, unplaced]
    assert (summary["brief"], summary["summary"]) == ("Light.", "Light bends.")
    assert summary["metadata"] == {"model": "gpt-4o"}


def test_a_long_transcript_is_sent_compressed(client: httpx.Client, lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of(transcript=spoken(500))

    answer = client.get(f"{LESSONS}/{lesson_id}/transcript", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["segments"]) == 500


# --- exports ---------------------------------------------------------------------------------


FILES = {
    "text": ("text/plain; charset=utf-8", b""),
    "markdown": ("text/markdown; charset=utf-8", b"#"),
    "json": ("application/json", b"{"),
    "srt": ("application/x-subrip; charset=utf-8", b"1"),
    "vtt": ("text/vtt; charset=utf-8", b"WEBVTT"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
    "pdf": ("application/pdf", b"%PDF"),
}


def test_a_lesson_is_saved_as_a_file(sqlite_client: httpx.Client, lesson_of: MakeLesson) -> None:
    lesson_id = lesson_of(title='Über/"Light"\r\nX: y', transcript=spoken(2))
    for file_format, (media_type, beginning) in FILES.items():
        answer = sqlite_client.get(f"{LESSONS}/{lesson_id}/export", params={"format": file_format})

        assert answer.status_code == 200, file_format
        assert answer.headers["content-type"] == media_type
        assert answer.content.startswith(beginning)
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert "filename*=UTF-8''%C3%9Cber" in answer.headers["content-disposition"]


# --- captions --------------------------------------------------------------------------------

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<b>Light</b> bends.\n"


def test_captions_become_the_transcript_and_what_was_there_can_be_restored(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson = f"{LESSONS}/{lesson_of(transcript=spoken(2))}"
    headers = {"Content-Type": "text/vtt"}

    imported = client.post(f"{lesson}/captions?name=a.vtt", content=VTT, headers=headers)
    shown = client.get(f"{lesson}/transcript").json()["segments"]
    restored = client.post(f"{lesson}/layers/transcript/restore")

    assert imported.json()["segments"] == 1, imported.text
    assert [segment["text"] for segment in shown] == ["Light bends."]
    assert restored.status_code == 200
    assert len(client.get(f"{lesson}/transcript").json()["segments"]) == 2
    nonsense = client.post(f"{lesson}/captions", content=b"\x00\xff", headers=headers)
    form = client.post(f"{lesson}/captions", content=VTT, headers={"Content-Type": "text/plain"})
    large = client.post(f"{lesson}/captions", content=bytes(21 << 20), headers=headers)
    assert [answer.status_code for answer in (nonsense, form, large)] == [422, 415, 413]


def test_captions_are_previewed_in_the_encoding_that_is_found_or_chosen(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson = f"{LESSONS}/{lesson_of(transcript=spoken(2))}"
    headers = {"Content-Type": "application/octet-stream"}
    file = "1\n00:00:01,000 --> 00:00:02,000\n今天我们来看光。\n".encode("gbk")

    found = client.post(f"{lesson}/captions/preview", content=file, headers=headers).json()
    chosen = client.post(
        f"{lesson}/captions/preview?encoding=iso8859_1", content=file, headers=headers
    ).json()
    wrong = client.post(
        f"{lesson}/captions/preview?encoding=shift_jis", content=file, headers=headers
    )

    assert [caption["text"] for caption in found["first"]] == ["今天我们来看光。"]
    assert found["segments"] == 1
    assert found["encodings"][found["encoding"]] == "GBK"
    assert [notice["code"] for notice in found["notices"]] == ["captions-encoding"]
    assert [caption["text"] for caption in chosen["first"]] == ["½ñÌìÎÒÃÇÀ´¿´¹â¡£"]
    assert (wrong.status_code, wrong.json()["detail"].split(":")[0]) == (
        422,
        "The file is not text in the encoding `shift_jis`",
    )
    assert len(client.get(f"{lesson}/transcript").json()["segments"]) == 2


def test_the_sample_lesson_is_one_request_away(client: httpx.Client) -> None:
    added = client.post("/api/v1/sample-lesson")
    again = client.post("/api/v1/sample-lesson").json()

    lesson = client.get(added.headers["Location"]).json()
    task = client.get(f"/api/v1/tasks/{added.json()['task_id']}").json()
    assert added.status_code == 201
    assert lesson["title"].startswith("Newton")
    assert lesson["duration"] > 160
    assert (task["task_type"], task["lesson_id"]) == ("process", lesson["id"])
    assert again["same_recording"] == [lesson["id"]]


def test_what_a_transcription_has_finished_so_far_can_be_read(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of()
    address = f"/api/v1/lessons/{lesson_id}/transcript/so-far"
    before = client.get(address).json()

    with Session(database.engine) as session:
        for fingerprint, position in (("former", 0), ("former", 1), ("now", 0)):
            session.add(
                TranscriptWindow(
                    lesson_id=lesson_id,
                    fingerprint=fingerprint,
                    position=position,
                    start=position * 300.0,
                    end=(position + 1) * 300.0,
                    speech_seconds=1.0,
                    segments=[Segment(start=1.0, end=2.0, text=f"{fingerprint} {position}")],
                )
            )
            session.commit()
    now = client.get(address).json()

    assert (before["until"], before["segments"]) == (0.0, [])
    assert now["until"] == 300.0
    assert [segment["text"] for segment in now["segments"]] == ["now 0"]
    assert client.get("/api/v1/lessons/99/transcript/so-far").status_code == 404
