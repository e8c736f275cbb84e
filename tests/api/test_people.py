"""What people do over HTTP: courses, themes, edits of segments, notes."""

from collections.abc import Callable

import httpx
import pytest

from tests.acceptance.workers import spoken

V1 = "/api/v1"
MakeLesson = Callable[..., int]
ANY = {"If-Match": "*"}


# --- courses and themes ----------------------------------------------------------------------


def test_courses_are_made_renamed_and_removed(client: httpx.Client) -> None:
    made = client.post(f"{V1}/courses", json={"title": "  Physics  ", "description": "Light"})
    address = made.headers["Location"]
    same = client.post(f"{V1}/courses", json={"title": "Physics"})
    etag = client.get(address).headers["ETag"]
    renamed = client.patch(address, json={"title": "Optics"}, headers={"If-Match": etag})
    stale = client.patch(address, json={"title": "Waves"}, headers={"If-Match": etag})
    removed = client.delete(address, headers={"If-Match": renamed.headers["ETag"]})

    assert (made.status_code, made.json()["title"]) == (201, "Physics")
    assert same.status_code == 409
    assert renamed.json()["title"] == "Optics"
    assert renamed.json()["description"] == "Light"
    assert stale.status_code == 412
    assert removed.status_code == 204
    assert client.get(address).status_code == 404


def test_a_course_knows_its_themes_and_how_many_lessons_they_have(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    course = client.post(f"{V1}/courses", json={"title": "Physics"}).headers["Location"]
    theme = client.post(f"{course}/themes", json={"title": "Light"})
    lesson = f"{V1}/lessons/{lesson_of()}"
    client.patch(lesson, json={"course": "Physics", "theme": "Light"}, headers=ANY)

    listed = client.get(f"{V1}/courses").json()["items"]
    themes = client.get(f"{course}/themes").json()["items"]
    same = client.post(f"{course}/themes", json={"title": "Light"})
    renamed = client.patch(theme.headers["Location"], json={"title": "Waves"}, headers=ANY)
    removed = client.delete(theme.headers["Location"], headers=ANY)

    assert [(item["title"], item["n_lessons"], item["n_themes"]) for item in listed] == [
        ("Physics", 1, 1)
    ]
    assert [(item["title"], item["n_lessons"]) for item in themes] == [("Light", 1)]
    assert same.status_code == 409
    assert renamed.json()["title"] == "Waves"
    assert removed.status_code == 204
    assert client.get(lesson).json()["theme_id"] is None


# --- edits -----------------------------------------------------------------------------------


@pytest.fixture
def lesson(client: httpx.Client, lesson_of: MakeLesson) -> str:
    """The address of a lesson of three segments."""
    return f"{V1}/lessons/{lesson_of(transcript=spoken(3))}"


def test_a_segment_is_edited_once_by_whoever_has_read_it(client: httpx.Client, lesson: str) -> None:
    segment = f"{lesson}/segments/1"
    read = client.get(segment)
    seen = {"If-Match": read.headers["ETag"]}
    change = {"text": "Light bends.", "editor": "Ada"}

    edited = client.patch(segment, json=change, headers=seen)
    lost = client.patch(segment, json={"text": "No.", "editor": "Bob"}, headers=seen)
    blind = client.patch(segment, json=change, headers=ANY)
    unread = client.patch(segment, json=change)

    assert edited.json()["text"] == "Light bends."
    assert lost.status_code == 412
    assert lost.json()["present"]["text"] == "Light bends."
    assert (blind.status_code, unread.status_code) == (422, 428)
    texts = client.get(f"{lesson}/corrected-transcript").json()["segments"]
    assert texts[1]["text"] == "Light bends."
    assert client.get(segment).headers["ETag"].startswith(edited.headers["ETag"][:-1])


def test_an_edit_has_a_history_and_can_be_undone(client: httpx.Client, lesson: str) -> None:
    segment = f"{lesson}/segments/0"
    before = client.get(segment)
    change = {"text": "Light bends.", "editor": "Ada"}
    edited = client.patch(segment, json=change, headers={"If-Match": before.headers["ETag"]})
    (edit,) = client.get(f"{segment}/history").json()["items"]

    undone = client.post(
        f"{lesson}/edits/{edit['id']}/undo",
        json={"editor": "Bob"},
        headers={"If-Match": edited.headers["ETag"]},
    )

    assert (edit["editor"], edit["before"]) == ("Ada", before.json()["text"])
    assert undone.json()["text"] == before.json()["text"]
    assert len(client.get(f"{segment}/history").json()["items"]) == 2
    assert client.get(f"{lesson}/edits").json() == {"edited": [], "orphans": []}


def test_segments_that_are_not_there_are_not_found(client: httpx.Client, lesson: str) -> None:
    assert client.get(f"{lesson}/segments/3").status_code == 404
    assert client.get(f"{lesson}/segments/-1").status_code == 422
    assert client.get(f"{V1}/lessons/99/segments/0").status_code == 404
    seen = {"If-Match": '"x"'}
    change = {"text": "x", "editor": "Ada"}
    assert client.patch(f"{lesson}/segments/3", json=change, headers=seen).status_code == 404
    undo = client.post(f"{lesson}/edits/9/undo", json={"editor": "Ada"}, headers=seen)
    assert undo.status_code == 404
    dismissal = client.post(f"{lesson}/edits/9/dismiss", json={"editor": "Ada"})
    assert dismissal.status_code == 404


# --- notes -----------------------------------------------------------------------------------


def test_words_are_highlighted_with_a_note(client: httpx.Client, lesson: str) -> None:
    words = client.get(f"{lesson}/transcript").json()["segments"][0]["text"].split()
    stretch = {"first_segment": 0, "first_word": 0, "last_segment": 0, "last_word": 1}
    wanted = {"stretch": stretch, "quote": " ".join(words[:2]), "text": "!", "author": "Ada"}

    made = client.post(f"{lesson}/notes", json=wanted)
    address = made.headers["Location"]
    other_words = client.post(f"{lesson}/notes", json=wanted | {"quote": "something else"})
    seen = {"If-Match": made.headers["ETag"]}
    changed = client.patch(address, json={"colour": "pink"}, headers=seen)
    stale = client.delete(address, headers=seen)

    assert made.status_code == 201, made.text
    assert (made.json()["colour"], made.json()["stretch"]) == ("yellow", stretch)
    assert other_words.status_code == 412
    assert changed.json()["colour"] == "pink"
    assert stale.status_code == 412
    assert client.get(f"{lesson}/notes").json()["items"] == [changed.json()]
    assert client.get(f"{V1}/notes").json()["items"] == [changed.json()]
    assert client.delete(address, headers=ANY).status_code == 204
    assert client.get(address).status_code == 404


def test_the_notes_of_all_lessons_come_in_pages(client: httpx.Client, lesson: str) -> None:
    words = client.get(f"{lesson}/transcript").json()["segments"][0]["text"].split()
    stretch = {"first_segment": 0, "first_word": 0, "last_segment": 0, "last_word": 0}
    for _ in range(3):
        note = {"stretch": stretch, "quote": words[0], "author": "Ada"}
        assert client.post(f"{lesson}/notes", json=note).status_code == 201

    first = client.get(f"{V1}/notes", params={"limit": 2}).json()
    rest = client.get(f"{V1}/notes", params={"cursor": first["next_cursor"]}).json()

    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(ids) == 3
    assert ids == sorted(ids, reverse=True)


def test_the_notes_of_all_lessons_are_narrowed(
    client: httpx.Client, lesson: str, lesson_of: MakeLesson
) -> None:
    other = f"{V1}/lessons/{lesson_of(title='Éclairs', transcript=spoken(3))}"
    client.patch(other, json={"course": "Physics", "theme": "Light"}, headers=ANY)
    for address, text, colour in ((lesson, "Ampère", "pink"), (other, "", "blue")):
        quote = client.get(f"{address}/transcript").json()["segments"][0]["text"].split()[0]
        stretch = {"first_segment": 0, "first_word": 0, "last_segment": 0, "last_word": 0}
        note = {"stretch": stretch, "quote": quote, "text": text, "colour": colour, "author": "Ada"}
        assert client.post(f"{address}/notes", json=note).status_code == 201

    def titles(**wanted: object) -> list[str]:
        answer = client.get(f"{V1}/notes", params=wanted)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return [item["lesson_title"] for item in answer.json()["items"]]

    assert titles() == ["Éclairs", "A lesson"]
    assert titles(course_id=[1, 9]) == titles(theme_id=1) == titles(lesson_id=2) == ["Éclairs"]
    assert titles(colour="blue") == titles(kind="highlight") == ["Éclairs"]
    assert titles(q="amp") == titles(kind="note") == ["A lesson"]
    assert titles(q="amp", colour="blue") == []
    for wrong in ({"colour": "red"}, {"kind": "x"}, {"course_id": 0}, {"q": "x" * 501}):
        assert client.get(f"{V1}/notes", params=wrong).status_code == 422


def test_a_removed_note_can_be_brought_back(client: httpx.Client, lesson: str) -> None:
    quote = client.get(f"{lesson}/transcript").json()["segments"][0]["text"].split()[0]
    stretch = {"first_segment": 0, "first_word": 0, "last_segment": 0, "last_word": 0}
    note = {"stretch": stretch, "quote": quote, "author": "Ada"}
    made = client.post(f"{lesson}/notes", json=note)
    address = made.headers["Location"]

    removed = client.delete(address, headers={"If-Match": made.headers["ETag"]})
    assert removed.status_code == 204
    assert client.get(f"{V1}/notes").json()["items"] == []
    assert client.get(f"{lesson}/notes").json()["items"] == []
    assert client.patch(address, json={"text": "!"}, headers=ANY).status_code == 404
    assert client.delete(address, headers=ANY).status_code == 404
    back, again = client.post(f"{address}/restore"), client.post(f"{address}/restore")

    assert back.status_code == 200
    assert back.json() == again.json() == made.json()
    assert back.headers["ETag"] == made.headers["ETag"]
    assert client.get(f"{lesson}/notes").json()["items"] == [made.json()]
    assert client.post(f"{V1}/notes/99/restore").status_code == 404


# --- summaries -------------------------------------------------------------------------------


def test_a_summary_is_edited_and_undone_over_http(
    client: httpx.Client, lesson_of: MakeLesson
) -> None:
    lesson_id = lesson_of(transcript=spoken(1), brief="Old.", summary="Old, too.")
    address = f"{V1}/lessons/{lesson_id}/summary"
    etag = client.get(address).headers["ETag"]
    change = {"brief": "New.", "editor": "Ada"}

    edited = client.patch(address, json=change, headers={"If-Match": etag})
    stale = client.patch(address, json=change, headers={"If-Match": etag})
    unnamed = client.patch(address, json=change)
    (made,) = client.get(f"{address}/history").json()["items"]
    undone = client.post(
        f"{address}/edits/{made['id']}/undo",
        json={"editor": "Ben"},
        headers={"If-Match": edited.headers["ETag"]},
    )

    assert (edited.json()["brief"], edited.json()["summary"]) == ("New.", "Old, too.")
    assert [each["editor"] for each in edited.json()["edited"]] == ["Ada"]
    assert (stale.status_code, stale.json()["present"]["brief"]) == (412, "New.")
    assert unnamed.status_code == 428
    assert (undone.json()["brief"], undone.json()["edited"]) == ("Old.", [])


# --- several segments, and notes as files ----------------------------------------------------


def test_words_are_replaced_in_one_request_and_undone_in_one(
    client: httpx.Client, lesson: str
) -> None:
    wanted = {"words": "segment", "new_words": "part", "whole_words": "true"}
    places = client.get(f"{lesson}/replacements", params=wanted).json()
    changes = [
        {
            "segment": item["segment"],
            "version": item["version"],
            "text": "".join(p["new_text"] or p["text"] for p in item["pieces"]),
        }
        for item in places["items"]
    ]
    written = client.patch(f"{lesson}/segments", json={"editor": "Ann", "segments": changes})
    stale = client.patch(f"{lesson}/segments", json={"editor": "Ann", "segments": changes})
    edits = [{"edit": i["edit"], "version": i["version"]} for i in written.json()["items"]]
    undone = client.post(f"{lesson}/edits/undo", json={"editor": "Ann", "edits": edits})

    assert places["n_places"] == len(changes) == 3
    assert written.status_code == 200
    assert all("part" in item["text"] for item in written.json()["items"])
    assert stale.status_code == 412
    assert len(stale.json()["present"]["segments"]) == 3
    assert undone.status_code == 200
    assert all("segment" in item["text"] for item in undone.json()["items"])


def test_notes_are_saved_as_a_file_narrowed_as_the_list_is(
    client: httpx.Client, lesson: str
) -> None:
    words = client.get(f"{lesson}/transcript").json()["segments"][0]["text"].split()
    stretch = {"first_segment": 0, "first_word": 0, "last_segment": 0, "last_word": 0}
    for colour in ("green", "pink"):
        note = {"stretch": stretch, "quote": words[0], "author": "Ann", "colour": colour}
        client.post(f"{lesson}/notes", json=note)

    of_lesson = {"format": "csv", "colour": "pink", "lesson_id": lesson.rpartition("/")[2]}
    saved = client.get(f"{V1}/exports/notes", params=of_lesson)
    unknown = client.get(f"{V1}/exports/notes", params={"format": "srt"})

    assert saved.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in saved.headers["Content-Disposition"]
    assert len(saved.text.splitlines()) == 2
    assert ",pink,Ann," in saved.text
    assert unknown.status_code == 422
