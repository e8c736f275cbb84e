"""The settings over HTTP."""

from typing import Any

from fastapi import APIRouter, Request, Response

from backend.config.environment import models_dir, owner_token_path
from backend.config.file import load_config
from backend.config.settings import Settings
from backend.llm.trial import try_models
from backend.preferences.form import preferences_form
from backend.preferences.schemas import (
    OwnerPublic,
    Preferences,
    PreferencesChange,
    PreferencesForm,
    TrialPublic,
    Trials,
)
from backend.preferences.service import change_preferences, preferences_json
from backend.speech.model_store import check_setting
from backend.web.access import is_owners
from backend.web.conditional import Seen, name_version
from backend.web.problems import problems

router = APIRouter(tags=["preferences"])


@router.get("/preferences")
def get_preferences(response: Response) -> Preferences:
    """Look at the settings in force. A key is never given, only whether there is one."""
    return _answer(load_config(), response)


FORM = PreferencesForm.model_validate(preferences_form(), from_attributes=True)
FORM_AS_EXAMPLE: dict[str, Any] = {
    "content": {"application/json": {"example": FORM.model_dump(mode="json", exclude_none=True)}}
}


@router.get("/preferences/form", responses={200: FORM_AS_EXAMPLE}, response_model_exclude_none=True)
async def get_preferences_form() -> PreferencesForm:
    """Look at what settings there are: their kinds, ranges, defaults and words."""
    return FORM


@router.patch("/preferences", responses=problems(412, 413, 415, 422, 428, 507))
def patch_preferences(
    change: PreferencesChange, seen: Seen, request: Request, response: Response
) -> Preferences:
    """Change settings, all that are sent or none; they hold for work that begins from now on."""
    sent: dict[str, Any] = change.model_dump(mode="json", exclude_unset=True)
    if "api_key" in sent:
        sent["api_key"] = change.api_key.get_secret_value()
    changed = change_preferences(sent, seen, _check_model)
    request.app.state.renew_log()  # which leaves out the key that there is now
    return _answer(changed, response)


def _check_model(name: str) -> None:
    """Raise `UnknownModel` and its like for a Whisper model that cannot be meant."""
    check_setting(name, models_dir())


@router.post("/preferences/trial")
def try_provider() -> Trials:
    """Ask the provider in force one small thing for correction and one for the summary; both are
    paid for. A call that fails is told of in the answer."""
    return Trials(items=[TrialPublic(**vars(trial)) for trial in try_models(load_config())])


@router.get("/owner")
async def get_owner(request: Request) -> OwnerPublic:
    """Ask whether the token that is sent along is the owner's. Without one, too, it says where the
    token is."""
    return OwnerPublic(is_owner=is_owners(request), token_file=str(owner_token_path()))


def _answer(settings: Settings, response: Response) -> Preferences:
    shown = preferences_json(settings)
    name_version(response, shown["version"])
    return Preferences.model_validate(shown)
