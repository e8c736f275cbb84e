"""Health over HTTP, for whoever watches over the server."""

from fastapi import APIRouter, Request, Response

from backend import __version__
from backend.health.schemas import CheckPublic, Health, NotReady, Readiness
from backend.health.service import check_readiness
from backend.web.problems import MEDIA_TYPE, problem_response

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def is_alive() -> Health:
    """Whether the process is alive."""
    return Health(status="ok", version=__version__)


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={
        503: {
            "description": "Something that it needs is missing.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/NotReady"}}},
        }
    },
)
def is_ready(request: Request) -> Readiness | Response:
    """Whether the server can do its work: database, disk and settings are as they must be."""
    checks = [CheckPublic(**vars(check)) for check in check_readiness()]
    wrong = [check for check in checks if not check.is_ok]
    if not wrong:
        return Readiness(status="ready", checks=checks)
    detail = "The server cannot do its work: " + " ".join(check.reason or "" for check in wrong)
    listed = [check.model_dump() for check in checks]
    return problem_response(
        request.scope, 503, "not-ready", detail, problem=NotReady, retryable=True, checks=listed
    )
