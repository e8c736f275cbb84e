"""Whisper models over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from backend.config.environment import models_dir
from backend.downloads.schemas import DownloadNew, DownloadPublic, ModelPublic, Models
from backend.downloads.service import Download, Downloads
from backend.errors import NotFound
from backend.speech.model_store import MODEL_MEGABYTES, WHISPER_MODELS, installed_models
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
    items = []
    for name in sorted({*installed, *under_way, *WHISPER_MODELS}):
        model, download = installed.get(name), under_way.get(name)
        items.append(
            ModelPublic(
                name=name,
                is_installed=model is not None and model.problem is None,
                size_bytes=model.size_bytes if model else None,
                download_bytes=_download_bytes(name),
                problem=model.problem if model else None,
                download=_public(download) if download else None,
            )
        )
    return Models(items=items, directory=str(models_dir()))


def _download_bytes(name: str) -> int | None:
    megabytes = MODEL_MEGABYTES.get(name)
    return None if megabytes is None else megabytes * 1_000_000


@router.post("/downloads", status_code=202, responses=problems(413, 415, 422))
def start_download(new: DownloadNew, downloads: DownloadsDep, response: Response) -> DownloadPublic:
    """Begin to download a model; its progress is at `Location`, and among the events."""
    download = downloads.start(new.name, models_dir())
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
    return DownloadPublic(**vars(download))
