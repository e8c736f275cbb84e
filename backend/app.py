"""The application: all routes, what lies around them, and what lives as long as the server."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import compile_path

from backend import __version__, database, owner
from backend.captions import endpoints as captions
from backend.courses import endpoints as courses
from backend.downloads import endpoints as models
from backend.downloads.service import Downloads
from backend.editing import segment_endpoints as editing
from backend.editing import summary_endpoints as summaries
from backend.health import endpoints as health
from backend.health.schemas import NotReady
from backend.lessons import endpoints as lessons
from backend.lessons import rerun_endpoints as reruns
from backend.notes import endpoints as notes
from backend.pages import serving as pages
from backend.preferences import endpoints as preferences
from backend.search import endpoints as search
from backend.task_queue import endpoints as tasks
from backend.task_queue.changes import TaskFollower
from backend.task_queue.reading import TaskView
from backend.task_queue.schemas import TaskPublic
from backend.tasks import endpoints as stages
from backend.uploads import endpoints as uploads
from backend.uploads.housekeeping import Housekeeping
from backend.web.access import describe_access, operation_id, require_access
from backend.web.bodies import LARGEST_BODY_BYTES, BodyLimit, FramingGuard, require_json
from backend.web.conditional import ConditionalAnswers
from backend.web.events import EventHub
from backend.web.packed import COMPRESSION_LEVEL, PackedAnswers
from backend.web.problems import Problem, install_handlers, problems
from backend.web.requests import RequestLog
from backend.web.security import SecurityHeaders, SiteGuard

END_SECONDS = 2.0
"""How long the end of the server waits for each of its threads, which lose nothing."""

PREFIX = "/api/v1"
UPLOADS = f"{PREFIX}/uploads"

SMALLEST_COMPRESSED_BYTES = 1000
UNCOMPRESSED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/octet-stream",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)

API = (
    lessons,
    summaries,
    reruns,
    editing,
    notes,
    courses,
    search,
    stages,
    tasks,
    models,
    preferences,
)
"""Whose bodies are JSON."""

FILES = (captions, uploads)
"""Whose bodies are files."""


def _do_nothing() -> None:
    pass


def create_app(renew_log: Callable[[], None] = _do_nothing) -> FastAPI:
    """The application, without having touched the database.

    Parameters
    ----------
    renew_log
        Called when a key was changed, so that the log leaves the new one out.
    """
    app = FastAPI(
        title="Lectern",
        version=__version__,
        summary="Recordings of lessons in; transcripts, corrections and summaries out.",
        lifespan=_live,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        middleware=_middleware(),
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.renew_log = renew_log
    app.state.is_token = owner.is_token
    app.state.hub = EventHub()
    app.state.packed = PackedAnswers()
    app.state.downloads = Downloads(_publisher(app.state.hub, "download", asdict))
    app.state.methods = list(_methods())
    install_handlers(app)
    access = Depends(require_access)
    app.include_router(health.router, dependencies=[access], responses=problems(403, 421, 500))
    may_fail = problems(400, 403, 408, 421, 500, 503, 507)
    for module in API:
        app.include_router(
            module.router,
            prefix=PREFIX,
            dependencies=[access, Depends(require_json)],
            responses=may_fail,
        )
    for module in FILES:
        app.include_router(module.router, prefix=PREFIX, dependencies=[access], responses=may_fail)
    app.router.routes.append(pages.Pages())
    _describe_all(app)
    return app


def _methods() -> Iterator[tuple[re.Pattern[str], set[str]]]:
    """What the paths look like, and the methods of each route."""
    routers = [
        ("", health.router),
        *((PREFIX, module.router) for module in (*API, captions, uploads)),
    ]
    for prefix, router in routers:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield compile_path(prefix + route.path)[0], route.methods or set()
    yield pages.OURS, pages.METHODS


def _middleware() -> list[Middleware]:
    """From the outside to the inside."""
    return [
        Middleware(SecurityHeaders),
        Middleware(RequestLog),
        Middleware(SiteGuard),
        Middleware(FramingGuard),
        Middleware(BodyLimit, limit_of=_largest_body),
        Middleware(
            GZipMiddleware,
            minimum_size=SMALLEST_COMPRESSED_BYTES,
            compresslevel=COMPRESSION_LEVEL,
            exclude_content_types=UNCOMPRESSED,
        ),
        Middleware(ConditionalAnswers),
    ]


def _largest_body(path: str) -> int | None:
    """In bytes. Uploads, which are recordings, limit their own."""
    if path.startswith(UPLOADS):
        return None
    are_captions = path.endswith(("/captions", "/captions/preview"))
    return captions.LARGEST_FILE_BYTES if are_captions else LARGEST_BODY_BYTES


def _describe_all(app: FastAPI) -> None:
    """Have the OpenAPI document say what is the owner's alone, and that all errors are problems,
    also those that the framework describes by itself."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        schemas = document["components"]["schemas"]
        for model in (Problem, NotReady):
            schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
        for operations in document["paths"].values():
            for operation in operations.values():
                if "HTTPValidationError" in str(operation["responses"].get("422")):
                    operation["responses"] |= {"422": problems(422)[422]}
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        describe_access(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


# --- what lives as long as the server --------------------------------------------------------


@asynccontextmanager
async def _live(app: FastAPI) -> AsyncIterator[None]:
    hub: EventHub = app.state.hub
    hub.open()
    publish = _publisher(hub, tasks.TASK_EVENT, _task_json)
    follower = TaskFollower(database.engine, publish, hub.begin)
    housekeeping = Housekeeping(uploads.upload_store())
    threads = [
        threading.Thread(target=part.run, name=type(part).__name__.lower(), daemon=True)
        for part in (follower, housekeeping)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        hub.close()
        follower.stop()
        housekeeping.stop()
        for thread in threads:
            await asyncio.to_thread(thread.join, END_SECONDS)


def _task_json(view: TaskView) -> dict[str, Any]:
    return TaskPublic.of(view).model_dump(mode="json")


def _publisher(hub: EventHub, name: str, to_json: Callable[[Any], Any]) -> Callable[[Any], None]:
    return lambda changed: hub.publish(name, to_json(changed))
