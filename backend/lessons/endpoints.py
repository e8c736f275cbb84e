"""Lessons over HTTP: lists, what people say of them, their texts, recordings and exports."""

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from backend.config.environment import audio_dir
from backend.config.file import load_config
from backend.dependencies import SessionDep
from backend.errors import InvalidValue
from backend.errors.lessons import AudioMissing
from backend.exports.document import Layer, Part, read_lesson
from backend.exports.file_names import safe_file_name
from backend.exports.formats import FILE_KINDS, ExportFormat, export_lesson
from backend.lesson_texts.layers import LessonLayer, restore_layer
from backend.lessons import removal, service
from backend.lessons.queries import (
    LessonFilter,
    LessonOrder,
    LessonState,
    ListedLesson,
    TextColumn,
    check_stored_text,
    place_of,
    read_lesson_page,
    read_listed_lesson,
    read_metadata,
    read_stored_text,
    read_text_so_far,
)
from backend.lessons.schemas import (
    LessonAdded,
    LessonChange,
    LessonListed,
    LessonMaking,
    LessonPage,
    LessonPublic,
    RemovedLessonPublic,
    SegmentPublic,
    TextMaking,
    Transcript,
    TranscriptSoFar,
    Trash,
)
from backend.models import Course, Lesson
from backend.models.transcript import segments_to_json
from backend.web.conditional import Seen, name_version
from backend.web.cursors import read_cursor, write_cursor
from backend.web.inputs import (
    DEFAULT_LIMIT,
    Cursor,
    Id,
    Limit,
    Moment,
    PathId,
    beginning_of,
    end_of,
)
from backend.web.media_types import SNIFFED_BYTES, sniff_media_type
from backend.web.packed import PackedAnswers
from backend.web.problems import problems
from backend.web.ranges import ServedFile, modified_at, open_regular, serve

router = APIRouter(tags=["lessons"])

KINDS: dict[str, list[type]] = {"date": [str, int], "title": [str, int], "id": [int]}
"""What a cursor holds, by the order of its list."""


# --- lists -----------------------------------------------------------------------------------


@router.get("/lessons", responses=problems(422))
def list_lessons(
    session: SessionDep,
    course_id: Id | None = None,
    theme_id: Id | None = None,
    state: LessonState | None = None,
    since: Annotated[
        date | Moment | None, Query(alias="from", description="A day, or a moment.")
    ] = None,
    until: Annotated[
        date | Moment | None, Query(alias="to", description="A day, or a moment, included.")
    ] = None,
    sort: LessonOrder = LessonOrder.DATE_DOWN,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> LessonPage:
    """List lessons, without their texts."""
    wanted = LessonFilter(course_id, theme_id, state, beginning_of(since), end_of(until))
    after = None if cursor is None else _read_place(cursor, sort)
    lessons = read_lesson_page(session, wanted, sort, after, limit + 1)
    more = _write_place(lessons[limit - 1], sort) if len(lessons) > limit else None
    return LessonPage(items=[_listed(lesson) for lesson in lessons[:limit]], next_cursor=more)


def _write_place(lesson: ListedLesson, order: LessonOrder) -> str:
    values = place_of(lesson, order)
    return write_cursor(
        order, [each.isoformat() if isinstance(each, datetime) else each for each in values]
    )


def _read_place(cursor: str, order: LessonOrder) -> list[Any]:
    name = order.removeprefix("-")
    values: list[Any] = read_cursor(cursor, order, KINDS[name])
    if name == "date":
        try:
            values[0] = datetime.fromisoformat(values[0])
        except ValueError:
            raise InvalidValue("The cursor is not one that this list gave.") from None
    return values


def _listed(lesson: ListedLesson) -> LessonListed:
    return LessonListed(**_listed_fields(lesson))


def _listed_fields(lesson: ListedLesson) -> dict[str, Any]:
    fields = {name: getattr(lesson, name, None) for name in LessonListed.model_fields}
    return fields | {"has_recording": lesson.filename is not None}


# --- one lesson ------------------------------------------------------------------------------


@router.post("/sample-lesson", status_code=201)
def add_sample_lesson(session: SessionDep, response: Response) -> LessonAdded:
    """Add the sample lesson that comes with Lectern, and have it processed. Other recordings come
    in as uploads."""
    added = service.add_sample(session)
    assert added.lesson.id is not None
    response.headers["Location"] = f"/api/v1/lessons/{added.lesson.id}"
    return LessonAdded(
        lesson=_public(session, added.lesson.id, response),
        task_id=added.task_id,
        same_recording=list(added.same_recording),
    )


@router.get("/lessons/{lesson_id}", responses=problems(404, 422))
def get_lesson(lesson_id: PathId, session: SessionDep, response: Response) -> LessonPublic:
    """Look at a lesson. Its texts have addresses of their own."""
    return _public(session, lesson_id, response)


@router.patch("/lessons/{lesson_id}", responses=problems(404, 412, 413, 415, 422, 428))
def change_lesson(
    lesson_id: PathId, change: LessonChange, seen: Seen, session: SessionDep, response: Response
) -> LessonPublic:
    """Change what a person says of a lesson: title, date, language, course and theme."""
    details = service.LessonDetails(
        title=change.title,
        date=change.date,
        language=change.language,
        course=_either(change, "course", "course_id"),
        theme=_either(change, "theme", "theme_id"),
    )
    service.edit_lesson(session, lesson_id, details, seen)
    return _public(session, lesson_id, response)


def _either(change: LessonChange, *names: str) -> Any:
    given = {name: getattr(change, name) for name in names}
    values = [value for value in given.values() if value is not None]
    if len(values) > 1:
        raise InvalidValue(f"Give one of {' and '.join(given)}, not both.")
    return values[0] if values else None


def _public(session: Session, lesson_id: int, response: Response) -> LessonPublic:
    lesson = read_listed_lesson(session, lesson_id)
    version = _version_of(lesson)
    name_version(response, version)
    made = read_metadata(session, lesson_id)
    return LessonPublic(
        **_listed_fields(lesson),
        own_language=lesson.own_language,
        filename=lesson.filename,
        audio_sha256=lesson.audio_sha256,
        making=LessonMaking(**{name: TextMaking.of(each) for name, each in made.items()}),
        version=version,
    )


def _version_of(lesson: ListedLesson) -> str:
    return service.lesson_version(
        Lesson(
            title=lesson.title,
            date=lesson.date,
            language=lesson.own_language,
            course_id=lesson.course_id,
            theme_id=lesson.theme_id,
        )
    )


@router.delete("/lessons/{lesson_id}", status_code=204, responses=problems(404, 409, 422))
def remove_lesson(lesson_id: PathId, session: SessionDep) -> None:
    """Remove a lesson; for some days it can be brought back from the trash."""
    removal.trash_lesson(session, lesson_id, load_config().library.undo_days)


@router.get("/trash")
def list_trash(session: SessionDep) -> Trash:
    """List the removed lessons that can be brought back, the last removed first."""
    items = [RemovedLessonPublic(**vars(removed)) for removed in removal.list_trash(session)]
    return Trash(items=items, undo_days=load_config().library.undo_days)


@router.post("/trash/{lesson_id}/restore", responses=problems(404, 409, 422))
def bring_lesson_back(lesson_id: PathId, session: SessionDep, response: Response) -> LessonPublic:
    """Bring a removed lesson back, with all that it had."""
    removal.restore_lesson(session, lesson_id)
    return _public(session, lesson_id, response)


@router.delete("/trash/{lesson_id}", status_code=204, responses=problems(404, 409, 422))
def delete_removed_lesson(lesson_id: PathId, session: SessionDep) -> None:
    """Delete a removed lesson for good, with its recording: nothing brings it back."""
    removal.delete_removed(session, lesson_id)


# --- texts -----------------------------------------------------------------------------------

TEXT_RESPONSES = problems(404, 409, 422, answers={200: {"model": Transcript}})


@router.get("/lessons/{lesson_id}/transcript", responses=TEXT_RESPONSES, response_class=Response)
def get_transcript(lesson_id: PathId, request: Request, session: SessionDep) -> Response:
    """Read what the recogniser heard."""
    return _text(request, session, lesson_id, TextColumn.TRANSCRIPT)


@router.get("/lessons/{lesson_id}/transcript/so-far", responses=problems(404, 422))
def get_transcript_so_far(lesson_id: PathId, session: SessionDep) -> TranscriptSoFar:
    """Read what a transcription under way has finished; it is empty before and after."""
    so_far = read_text_so_far(session, lesson_id)
    segments = [SegmentPublic.model_validate(item) for item in segments_to_json(so_far.segments)]
    return TranscriptSoFar(lesson_id=lesson_id, until=so_far.until, segments=segments)


@router.get(
    "/lessons/{lesson_id}/corrected-transcript", responses=TEXT_RESPONSES, response_class=Response
)
def get_corrected_transcript(lesson_id: PathId, request: Request, session: SessionDep) -> Response:
    """Read the corrected transcript, with the edits of people in it."""
    return _text(request, session, lesson_id, TextColumn.CORRECTED)


def _text(request: Request, session: Session, lesson_id: int, column: TextColumn) -> Response:
    """What `Transcript` describes, without an object for each of ten thousand segments."""
    stored = read_stored_text(session, lesson_id, column)
    head = f'{{"lesson_id":{lesson_id},"layer":"{column}","segments":'.encode()
    packed: PackedAnswers = request.app.state.packed
    check = partial(check_stored_text, lesson_id, column, stored)
    return packed.answer(request, (head, stored, b"}"), check)


@router.post("/lessons/{lesson_id}/layers/{layer}/restore", responses=problems(404, 409, 422))
def restore_older_layer(
    lesson_id: PathId, layer: LessonLayer, session: SessionDep, response: Response
) -> LessonPublic:
    """Swap a layer with what stood there before its last rerun; twice changes nothing."""
    restore_layer(session, lesson_id, layer)
    return _public(session, lesson_id, response)


# --- recordings and exports ------------------------------------------------------------------

MEDIA_RESPONSES = problems(
    404,
    416,
    422,
    answers={
        200: {"description": "The recording.", "content": {"*/*": {}}},
        206: {"description": "The part that `Range` asked for.", "content": {"*/*": {}}},
        304: {"description": "The client has it."},
    },
)


@router.get(
    "/lessons/{lesson_id}/media", responses=MEDIA_RESPONSES, response_class=Response, tags=["media"]
)
@router.head(
    "/lessons/{lesson_id}/media",
    responses=MEDIA_RESPONSES,
    response_class=Response,
    tags=["media"],
    operation_id="head_media",
)
def get_media(lesson_id: PathId, request: Request, session: SessionDep) -> Response:
    """Play the recording: whole, or one range of bytes."""
    lesson = read_listed_lesson(session, lesson_id)
    file, found = open_regular(_recording_path(lesson))
    media_type = sniff_media_type(file.read(SNIFFED_BYTES))
    name = safe_file_name(lesson.title, Path(lesson.filename or "").suffix)
    content = lesson.audio_sha256 or f"{found.st_mtime_ns:x}"
    served = ServedFile(
        file=file,
        size_bytes=found.st_size,
        modified=modified_at(found),
        etag=f'"{content}-{found.st_size:x}"',
        media_type=media_type,
        disposition=f"inline; filename*=UTF-8''{quote(name, safe='')}",
    )
    return serve(served, request.method, request.headers)


def _recording_path(lesson: ListedLesson) -> Path:
    """Where a lesson's recording lies. Another program may have written any name."""
    name = lesson.filename
    if not name or Path(name).name != name or name == ".." or "\0" in name:
        raise AudioMissing(f"Lesson {lesson.id} has no recording in the library.")
    return audio_dir() / name


EXPORT_RESPONSES = problems(
    404,
    409,
    422,
    answers={
        200: {
            "description": "The file.",
            "content": {kind.media_type.partition(";")[0]: {} for kind in FILE_KINDS.values()},
        }
    },
)


@router.get(
    "/lessons/{lesson_id}/export",
    responses=EXPORT_RESPONSES,
    response_class=Response,
    tags=["exports"],
)
def export(
    lesson_id: PathId,
    session: SessionDep,
    format: Annotated[ExportFormat, Query(description="The file's format.")],
    part: Annotated[Part | None, Query(description="Else what is usual for the format.")] = None,
    layer: Annotated[
        Layer | None, Query(description="Else the corrected one where there is one.")
    ] = None,
) -> Response:
    """Save a lesson as a file."""
    lesson = service.get_lesson(session, lesson_id)
    course = session.get(Course, lesson.course_id) if lesson.course_id else None
    document = read_lesson(lesson, course=course.title if course else None, layer=layer)
    session.rollback()  # no transaction stays open while a long document is set
    exported = export_lesson(document, format, part)
    headers = {"Content-Disposition": exported.content_disposition}
    return Response(exported.content, media_type=exported.media_type, headers=headers)
