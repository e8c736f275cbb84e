"""What the API says of the settings, and what it is told.

The sections are those of config.yaml itself; only the key is another matter: it goes in, and never
comes out.
"""

from typing import Literal

from pydantic import BaseModel, Field

from backend.config.settings import (
    ChangeableSettings,
    CorrectionSettings,
    LibrarySettings,
    LlmSettings,
    Provider,
    SummarySettings,
    WorkerSettings,
)
from backend.sections import Words
from backend.speech.engines.registry import TranscriptionSettings


class Preferences(BaseModel):
    """The settings in force."""

    has_api_key: bool = Field(description="Also where an environment variable holds it.")
    provider: Provider
    other_key_server: str | None = Field(
        description="The server that the stored key was typed for, where another one is chosen: "
        "the key is not sent there, and is to be entered again."
    )
    base_url: str | None = Field(description="With `***` for a name and a password in it.")
    transcription: TranscriptionSettings
    correction: CorrectionSettings
    summary: SummarySettings
    llm: LlmSettings
    worker: WorkerSettings
    library: LibrarySettings
    version: str


class SettingOption(BaseModel):
    """A value that a setting may have."""

    value: str
    label: Words | None = Field(None, description="Left out: it is shown as it is.")
    help: Words | None = None


class SettingField(BaseModel):
    """What a setting is, and what it is called."""

    key: str = Field(
        description="Within its section; with dots where the section has sections within it."
    )
    kind: Literal[
        "choice", "text", "long", "language", "number", "switch", "folder", "address", "secret"
    ] = Field(
        description="`long` is text of several lines, `language` an ISO 639 code, `address` a "
        "server's; a `folder` is chosen in config.yaml, and can only be emptied over HTTP; a "
        "`secret` goes in and never comes out."
    )
    label: Words
    help: Words | None = None
    options: list[SettingOption] = Field(description="Of a `choice`: what is allowed.")
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = Field(
        None, description="Of a number: by how much it is raised and lowered."
    )
    is_optional: bool = Field(description="It may be null.")
    is_advanced: bool = Field(description="Few need it.")
    default: str | float | bool | None = Field(None, description="Left out: null.")


class FormSection(BaseModel):
    """A section of the settings."""

    name: str = Field(description="`provider`: of the settings that stand in no section.")
    fields: list[SettingField]


class PreferencesForm(BaseModel):
    """What settings there are, section by section: all that a form of them needs."""

    sections: list[FormSection]


class PreferencesChange(ChangeableSettings):
    """What is to be changed of the settings; what is left out stays, whatever its default.

    A key is for the server that is chosen then, and is sent to no other. `***` in `base_url` stands
    for the stored name and password of the same server. What leads outside the data directory
    (`library.watch_folder`, a directory as `transcription.model`) is changed in config.yaml alone.
    """


class OwnerPublic(BaseModel):
    """Whether a request shows that it is the owner's, and what would show it."""

    is_owner: bool
    token_file: str = Field(description="The token is in it, which its owner alone can read.")


class TrialPublic(BaseModel):
    """What became of a small call to one of the models."""

    work: str = Field(description="What the model is for: `correction` or `summary`.")
    server: str
    model: str
    sent: str
    received: str | None
    problem: str | None = Field(description="Why it failed, and what to do; null: it did not.")
    problem_code: str | None = Field(description="The same for programs.")
    problem_facts: dict[str, str | int | float] | None
    seconds: float
    input_tokens: int | None
    output_tokens: int | None


class Trials(BaseModel):
    """What became of the calls."""

    items: list[TrialPublic]
