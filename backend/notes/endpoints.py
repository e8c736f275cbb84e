"""Highlights and notes over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from backend.config.file import load_config
from backend.dependencies import SessionDep
from backend.exports.notes import NOTES_MEDIA_TYPES, NotesFormat, export_notes
from backend.models import Colour
from backend.notes import service as service
from backend.notes.schemas import ColourName, NoteChange, NoteNew, NotePage, NotePublic, Notes
from backend.text.stretches import WordStretch
from backend.web.conditional import Seen, name_version
from backend.web.cursors import read_cursor, write_cursor
from backend.web.inputs import DEFAULT_LIMIT, AnyOfIds, Cursor, Id, Limit, PathId, Text
from backend.web.problems import problems

router = APIRouter(tags=["notes"])

ORDER = "notes"

LONGEST_FILTER = 500
"""Characters of the words that notes are narrowed by."""


@router.get("/lessons/{lesson_id}/notes", responses=problems(404, 422))
def list_lesson_notes(lesson_id: PathId, session: SessionDep) -> Notes:
    """List a lesson's notes by their time in it; those whose words are gone are among them."""
    return Notes(items=[_public(note) for note in service.list_notes(session, lesson_id)])


@router.post(
    "/lessons/{lesson_id}/notes",
    status_code=201,
    responses=problems(404, 409, 412, 413, 415, 422),
)
def add_note(
    lesson_id: PathId, new: NoteNew, session: SessionDep, response: Response
) -> NotePublic:
    """Highlight a stretch of words, with or without a text."""
    stretch = WordStretch(**new.stretch.model_dump())
    wanted = service.NewNote(stretch, new.quote, Colour(new.colour), new.text)
    listed = service.add_note(session, lesson_id, wanted, author=new.author)
    response.headers["Location"] = f"/api/v1/notes/{listed.note.id}"
    return _answer(listed, response)


def _read_filter(
    course_id: AnyOfIds = None,
    theme_id: AnyOfIds = None,
    lesson_id: Id | None = None,
    colour: ColourName | None = None,
    kind: Annotated[
        service.NoteKind | None,
        Query(description="`note`: with a text. `highlight`: without one."),
    ] = None,
    q: Annotated[
        Text,
        Query(
            max_length=LONGEST_FILTER,
            description="Words, or how they begin: all are in the note's text or its quote.",
        ),
    ] = "",
) -> service.NoteFilter:
    return service.NoteFilter(
        tuple(course_id or ()),
        tuple(theme_id or ()),
        lesson_id,
        None if colour is None else Colour(colour),
        kind,
        q,
    )


Wanted = Annotated[service.NoteFilter, Depends(_read_filter)]


@router.get("/notes", responses=problems(422))
def list_notes(
    session: SessionDep, wanted: Wanted, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> NotePage:
    """List the notes of all lessons, the newest first."""
    before = None if cursor is None else int(read_cursor(cursor, ORDER, [int])[0])
    page = service.list_all_notes(session, wanted, limit, before)
    more = None if page.next_before is None else write_cursor(ORDER, [page.next_before])
    return NotePage(items=[_public(note) for note in page.notes], next_cursor=more)


EXPORT_RESPONSES = problems(
    422,
    answers={
        200: {
            "description": "The file.",
            "content": {
                media_type.partition(";")[0]: {} for media_type in NOTES_MEDIA_TYPES.values()
            },
        }
    },
)


@router.get("/exports/notes", responses=EXPORT_RESPONSES, response_class=Response, tags=["exports"])
def export_listed_notes(
    session: SessionDep,
    wanted: Wanted,
    format: Annotated[NotesFormat, Query(description="The file's format.")],
) -> Response:
    """Save notes as a file, lesson by lesson and in the order of time: all that `GET /notes` lists
    with the same filter."""
    lessons = service.notes_by_lesson(session, wanted)
    session.expunge_all()  # what was read stays, and no transaction while a document is set
    session.rollback()
    exported = export_notes(lessons, format)
    headers = {"Content-Disposition": exported.content_disposition}
    return Response(exported.content, media_type=exported.media_type, headers=headers)


@router.get("/notes/{note_id}", responses=problems(404, 422))
def get_note(note_id: PathId, session: SessionDep, response: Response) -> NotePublic:
    """Look at a note."""
    return _answer(service.get_note(session, note_id), response)


@router.patch("/notes/{note_id}", responses=problems(404, 412, 413, 415, 422, 428))
def change_note(
    note_id: PathId, change: NoteChange, seen: Seen, session: SessionDep, response: Response
) -> NotePublic:
    """Change a note's text or colour."""
    colour = None if change.colour is None else Colour(change.colour)
    return _answer(service.edit_note(session, note_id, change.text, colour, seen), response)


@router.delete("/notes/{note_id}", status_code=204, responses=problems(404, 412, 422, 428))
def remove_note(note_id: PathId, seen: Seen, session: SessionDep) -> None:
    """Remove a note; for some days it can be brought back."""
    service.remove_note(session, note_id, load_config().library.undo_days, seen)


@router.post("/notes/{note_id}/restore", responses=problems(404, 422))
def bring_note_back(note_id: PathId, session: SessionDep, response: Response) -> NotePublic:
    """Bring a removed note back to its words; one that is there stays as it is."""
    return _answer(service.restore_note(session, note_id), response)


def _answer(listed: service.ListedNote, response: Response) -> NotePublic:
    name_version(response, service.note_version(listed.note))
    return _public(listed)


def _public(listed: service.ListedNote) -> NotePublic:
    return NotePublic.model_validate(service.note_json(listed))
