"""What the API says of the settings, and what it is told.

The sections are those of config.yaml itself; only the key is another matter: it goes in, and never
comes out.
"""

from pydantic import BaseModel, Field

from backend.config import (
    CorrectionSettings,
    LibrarySettings,
    LlmSettings,
    Provider,
    Settings,
    SummarySettings,
    TranscriptionSettings,
    WorkerSettings,
)


class Preferences(BaseModel):
    """The settings in force."""

    has_api_key: bool = Field(description="Also where an environment variable holds it.")
    provider: Provider
    base_url: str | None
    transcription: TranscriptionSettings
    correction: CorrectionSettings
    summary: SummarySettings
    llm: LlmSettings
    worker: WorkerSettings
    library: LibrarySettings
    version: str


class PreferencesChange(Settings):
    """What is to be changed of the settings; what is left out stays, whatever its default."""


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
