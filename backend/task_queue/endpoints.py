"""Tasks over HTTP: looked at, asked for, cancelled, retried, followed."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from starlette.responses import StreamingResponse

from backend import database
from backend.dependencies import SessionDep
from backend.lesson_texts.layers import require_lesson
from backend.models import TaskStatus
from backend.models.task import ENDED
from backend.task_queue import service
from backend.task_queue.reading import read_page
from backend.task_queue.schemas import TaskNew, TaskPage, TaskPublic
from backend.web.cursors import read_cursor, write_cursor
from backend.web.events import (
    HEARTBEAT,
    STREAM_ANSWER,
    EventHub,
    EventStreamResponse,
    encode_event,
    stream_response,
)
from backend.web.inputs import DEFAULT_LIMIT, Cursor, Id, Limit, PathId
from backend.web.problems import problems

router = APIRouter(tags=["tasks"])

ORDER = "tasks"
TASK_EVENT = "task"
ENDED_ID = "ended"
"""The id of a task's last event: a reader that comes back with it need not come again."""

LastEventId = Annotated[
    str | None, Header(description="The id of the last event that was received.")
]


@router.get("/tasks", responses=problems(422))
def list_tasks(
    session: SessionDep,
    status: Annotated[list[TaskStatus] | None, Query(description="Any of these.")] = None,
    lesson_id: Id | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> TaskPage:
    """List tasks, the newest first."""
    before = None if cursor is None else int(read_cursor(cursor, ORDER, [int])[0])
    views = read_page(session, status, lesson_id, limit + 1, before=before)
    more = write_cursor(ORDER, [views[limit - 1].id]) if len(views) > limit else None
    return TaskPage(items=[TaskPublic.of(view) for view in views[:limit]], next_cursor=more)


@router.post("/tasks", status_code=201, responses=problems(404, 409, 413, 415, 422))
def create_task(new: TaskNew, session: SessionDep, response: Response) -> TaskPublic:
    """Ask for background work; the address of the task is in `Location`.

    What would put a worse text in the place of a better one is refused (`lower-quality`), unless
    `accept_lower_quality` is among the parameters; so is the processing of a lesson that is
    finished (`nothing-to-do`). GET /lessons/{lesson_id}/reruns tells both beforehand.
    """
    from backend.tasks.asking import check_request  # loads all that tasks do
    from backend.tasks.parameters import read_parameters

    parameters = read_parameters(new.task_type, json.dumps(new.parameters))
    require_lesson(session, parameters.lesson_id)
    if new.depends_on is None:  # else it meets what that task leaves, not what is there now
        check_request(session, new.task_type, parameters)
        session.rollback()
    task = service.submit(session, new.task_type, new.parameters, new.priority, new.depends_on)
    assert task.id is not None
    response.headers["Location"] = f"/api/v1/tasks/{task.id}"
    return TaskPublic.of(service.get_task(session, task.id))


@router.get("/tasks/{task_id}", responses=problems(404, 422))
def get_task(task_id: PathId, session: SessionDep) -> TaskPublic:
    """Look at a task."""
    return TaskPublic.of(service.get_task(session, task_id))


@router.post("/tasks/{task_id}/cancel", responses=problems(404, 409, 422))
def cancel_task(task_id: PathId, session: SessionDep) -> TaskPublic:
    """Cancel a task that has not ended; what it has stored is kept."""
    return TaskPublic.of(service.cancel_task(session, task_id))


@router.post("/tasks/{task_id}/retry", responses=problems(404, 409, 422))
def retry_task(
    task_id: PathId,
    session: SessionDep,
    accept_lower_quality: Annotated[
        bool, Query(description="Whether a better text may now go for a worse one.")
    ] = False,
) -> TaskPublic:
    """Let a failed or cancelled task run again, from the last piece that it stored."""
    return TaskPublic.of(
        service.retry_task(session, task_id, accept_lower_quality=accept_lower_quality)
    )


# --- following -------------------------------------------------------------------------------


@router.get(
    "/events",
    response_class=EventStreamResponse,
    tags=["events"],
    responses=problems(422, answers={200: STREAM_ANSWER}),
)
async def follow_all(request: Request, last_event_id: LastEventId = None) -> StreamingResponse:
    """Follow all tasks, and the downloads of models, as Server-Sent Events.

    The event `task` has a task as GET /tasks/{task_id} gives it, `download` a model's download.
    `begin` says that nothing is known of what came before: read the lists again.
    """
    hub: EventHub = request.app.state.hub
    return stream_response(hub.stream(last_event_id))


@router.get(
    "/tasks/{task_id}/events",
    response_class=EventStreamResponse,
    tags=["events"],
    responses=problems(
        404,
        422,
        answers={
            200: STREAM_ANSWER,
            204: {"description": "The task has ended, and the client knows."},
        },
    ),
)
async def follow_task(
    task_id: PathId, request: Request, last_event_id: LastEventId = None
) -> Response:
    """Follow a task as Server-Sent Events: as it is now, then each change, until it has ended."""
    hub: EventHub = request.app.state.hub
    place = hub.number  # before the task is read, so that nothing falls in between
    task = await run_in_threadpool(_read_task, task_id)
    if last_event_id == ENDED_ID and _has_ended(task):
        return Response(status_code=204)
    return stream_response(_follow(hub, task, place))


async def _follow(hub: EventHub, task: dict[str, Any], place: int) -> AsyncIterator[bytes]:
    if not hub.has_begun:
        async for heartbeat in hub.wait_for_begin():
            yield heartbeat
        place = hub.number
        task = await run_in_threadpool(_read_task, task["id"])
    yield _encode(hub, task, place)
    while not _has_ended(task) and not hub.is_closed:
        events = hub.later_than(place)
        if events is None:  # a reader that is slower than the events come
            place = hub.number
            task = await run_in_threadpool(_read_task, task["id"])
            yield _encode(hub, task, place)
            continue
        for event in events:
            place = event.number
            is_of_task = event.name == TASK_EVENT and event.content["id"] == task["id"]
            if is_of_task and event.content != task:
                task = event.content
                yield _encode(hub, task, place)
        if not events and not await hub.wait():
            yield HEARTBEAT


def _encode(hub: EventHub, task: dict[str, Any], place: int) -> bytes:
    event_id = ENDED_ID if _has_ended(task) else hub.id_of(place)
    return encode_event(TASK_EVENT, task, event_id)


def _has_ended(task: dict[str, Any]) -> bool:
    return task["status"] in ENDED


def _read_task(task_id: int) -> dict[str, Any]:
    with Session(database.engine) as session:
        return TaskPublic.of(service.get_task(session, task_id)).model_dump(mode="json")
