"""Whisper models over HTTP."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from backend.config.environment import models_dir
from backend.config.file import load_config
from backend.downloads.schemas import DownloadNew, DownloadPublic, ModelPublic, Models
from backend.downloads.service import Download, Downloads
from backend.errors import NotFound
from backend.errors.recognisers import RecogniserError
from backend.errors.settings import ConfigError
from backend.speech.model_catalogue import CATALOGUE
from backend.speech.model_download import sources_of
from backend.speech.model_store import InstalledModel, Source, installed_models
from backend.speech.recognisers import look_for_recogniser
from backend.web.inputs import Text
from backend.web.problems import problems

router = APIRouter(prefix="/models", tags=["models"])


async def _downloads(request: Request) -> Downloads:
    downloads: Downloads = request.app.state.downloads
    return downloads


DownloadsDep = Annotated[Downloads, Depends(_downloads)]


@router.get("")
def list_models(downloads: DownloadsDep) -> Models:
    """List the models that are installed, and those that can be downloaded by name."""
    installed = {model.name: model for model in installed_models(models_dir())}
    under_way = downloads.all()
    items = [
        _describe(name, installed.get(name), under_way.get(name))
        for name in sorted({*installed, *under_way, *CATALOGUE})
    ]
    return Models(items=items, used=_used(set(installed)), directory=str(models_dir()))


def _used(installed: set[str]) -> str | None:
    """The installed model that transcribes now; whether the settings can be read is said there."""
    try:
        choice = look_for_recogniser(load_config().transcription, models_dir())
        model = None if choice.obstacle else choice.entry.model(choice.options, models_dir())
    except (ConfigError, RecogniserError):
        return None
    return model if model in installed else None


def _describe(name: str, model: InstalledModel | None, download: Download | None) -> ModelPublic:
    known = CATALOGUE.get(name)
    return ModelPublic(
        name=name,
        is_installed=model is not None and model.problem is None,
        size_bytes=model.size_bytes if model else None,
        download_bytes=(known.size_bytes or None) if known else None,
        problem=model.problem if model else None,
        source=model.source if model else None,
        sources=list(sources_of(name)),
        is_english_only=known.is_english_only if known else None,
        memory_bytes=known.memory_bytes if known and known.size_bytes else None,
        relative_speed=known.relative_speed if known else None,
        download=_public(download) if download else None,
    )


@router.post("/downloads", status_code=202, responses=problems(413, 415, 422))
def start_download(new: DownloadNew, downloads: DownloadsDep, response: Response) -> DownloadPublic:
    """Begin to download a model; its progress is at `Location`, and among the events."""
    source = Source(new.source) if new.source else None
    download = downloads.start(new.name, models_dir(), source)
    response.headers["Location"] = f"/api/v1/models/downloads/{download.name}"
    return _public(download)


@router.get("/downloads/{name}", responses=problems(404, 422))
def get_download(
    name: Annotated[Text, Path(max_length=200)], downloads: DownloadsDep
) -> DownloadPublic:
    """Look at a download that was begun since the server started."""
    download = downloads.all().get(name)
    if download is None:
        raise NotFound(f"No download of {name} was begun since the server started.")
    return _public(download)


def _public(download: Download) -> DownloadPublic:
    return DownloadPublic.model_validate(asdict(download))
