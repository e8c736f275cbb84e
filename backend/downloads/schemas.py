"""What the API says of Whisper models, and what it is told."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from backend.downloads.service import DownloadStatus
from backend.web.inputs import Text


class DownloadPublic(BaseModel):
    """A download since the server began."""

    name: str = Field(description="Of the model's directory: owner--repository for a repository.")
    status: DownloadStatus
    done_bytes: int
    total_bytes: int | None = Field(description="null: not known yet.")
    error: str | None
    error_code: str | None = Field(description="The code of `error`, as problem details have it.")


class ModelPublic(BaseModel):
    """A Whisper model that is installed, is being fetched, or can be."""

    name: str
    is_installed: bool = Field(description="Whether it can be used.")
    size_bytes: int | None = Field(description="On this machine; null: it is not there.")
    download_bytes: int | None = Field(description="About what fetching it takes, where known.")
    problem: str | None = Field(description="Why what is there cannot be used.")
    download: DownloadPublic | None


class Models(BaseModel):
    items: list[ModelPublic]
    directory: str = Field(
        description="Where they lie: a folder of a model that is put there is installed."
    )


class DownloadNew(BaseModel):
    """A model to be fetched."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="One of the list, or owner/repository on the hub."
    )
