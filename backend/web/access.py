"""Which operations are the owner's alone, as long as there are no accounts.

The server listens at loopback addresses, which every account of the computer and every program in a
sandbox can reach. Lessons are open to all of them. What changes settings, brings in models, shows
what a key does or destroys a lesson for good is for whoever can show the owner's token, which the
server makes at its start.
"""

from collections.abc import Callable
from typing import Any, cast

from fastapi import Request
from fastapi.routing import APIRoute

from backend.errors.requests import OwnerOnly
from backend.web.problems import problems

ANYBODY, OWNER = "anybody", "owner"

ACCESS = {
    # Whether the server is there.
    "is_alive": ANYBODY,
    "is_ready": ANYBODY,
    # Lessons are read, added and edited by everybody who reaches the server.
    "list_lessons": ANYBODY,
    "add_sample_lesson": ANYBODY,
    "get_lesson": ANYBODY,
    "change_lesson": ANYBODY,
    "remove_lesson": ANYBODY,
    "list_trash": ANYBODY,
    "bring_lesson_back": ANYBODY,
    "get_transcript": ANYBODY,
    "get_transcript_so_far": ANYBODY,
    "get_corrected_transcript": ANYBODY,
    "get_summary": ANYBODY,
    "change_summary": ANYBODY,
    "get_summary_history": ANYBODY,
    "undo_edit_of_summary": ANYBODY,
    "list_reruns": ANYBODY,
    "restore_older_layer": ANYBODY,
    "head_media": ANYBODY,
    "get_media": ANYBODY,
    "export": ANYBODY,
    "get_segment": ANYBODY,
    "edit_segment": ANYBODY,
    "preview_replacements": ANYBODY,
    "edit_segments": ANYBODY,
    "undo_edits": ANYBODY,
    "get_history": ANYBODY,
    "list_edits": ANYBODY,
    "undo_edit": ANYBODY,
    "dismiss_edit": ANYBODY,
    "make_transcript_of_captions": ANYBODY,
    "preview_captions_for_lesson": ANYBODY,
    "list_lesson_notes": ANYBODY,
    "add_note": ANYBODY,
    "list_notes": ANYBODY,
    "export_listed_notes": ANYBODY,
    "get_note": ANYBODY,
    "change_note": ANYBODY,
    "remove_note": ANYBODY,
    "bring_note_back": ANYBODY,
    "list_courses": ANYBODY,
    "add_course": ANYBODY,
    "get_course": ANYBODY,
    "change_course": ANYBODY,
    "remove_course": ANYBODY,
    "list_themes": ANYBODY,
    "add_theme": ANYBODY,
    "get_theme": ANYBODY,
    "rename_theme": ANYBODY,
    "remove_theme": ANYBODY,
    "search": ANYBODY,
    "describe_uploads": ANYBODY,
    "create_upload": ANYBODY,
    "upload_offset": ANYBODY,
    "get_upload": ANYBODY,
    "send_upload": ANYBODY,
    "remove_upload": ANYBODY,
    # Work is done with the settings in force: it can choose neither server nor model nor prompt.
    "list_stages": ANYBODY,
    "list_tasks": ANYBODY,
    "create_task": ANYBODY,
    "get_task": ANYBODY,
    "cancel_task": ANYBODY,
    "retry_task": ANYBODY,
    "follow_all": ANYBODY,
    "follow_task": ANYBODY,
    # Settings are shown without keys and passwords.
    "get_preferences": ANYBODY,
    "get_preferences_form": ANYBODY,
    "get_owner": ANYBODY,
    "list_models": ANYBODY,
    "get_download": ANYBODY,
    # What nobody can take back: until then a removed lesson can be brought back.
    "delete_removed_lesson": OWNER,
    # What acts with the owner's rights: keys, the network, the disk.
    "patch_preferences": OWNER,
    "try_provider": OWNER,
    "start_download": OWNER,
}
"""By the ids of the OpenAPI document. An operation that is not named here is nobody's."""

SCHEME = "Bearer"


def operation_id(route: APIRoute) -> str:
    """What the OpenAPI document calls a route."""
    return route.operation_id or route.name


async def require_access(request: Request) -> None:
    """A dependency of every route: raises `OwnerOnly`."""
    route = cast(APIRoute, request.scope["route"])
    if ACCESS.get(operation_id(route)) != ANYBODY and not is_owners(request):
        raise OwnerOnly


def is_owners(request: Request) -> bool:
    """Whether a request shows the owner's token.

    In a header, which no page of another site can send; a cookie would go to every other server of
    this computer, too.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_token = cast(Callable[[str], bool], request.app.state.is_token)
    return scheme.lower() == SCHEME.lower() and is_token(token.strip())


def describe_access(document: dict[str, Any]) -> None:
    """Say in the OpenAPI document which operations want the token."""
    document["components"]["securitySchemes"] = {
        "ownerToken": {
            "type": "http",
            "scheme": SCHEME.lower(),
            "description": "From the file `owner-token` in the data directory, which is made anew "
            "at each start of the server; or from the address that is shown then, behind "
            "`#owner=`.",
        }
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            if ACCESS.get(operation["operationId"]) == OWNER:
                operation["security"] = [{"ownerToken": []}]
                operation["responses"] |= {"401": problems(401)[401]}
