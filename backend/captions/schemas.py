"""What the API says of captions that became a transcript."""

from pydantic import BaseModel, Field


class CaptionsImported(BaseModel):
    """The captions are the lesson's transcript."""

    lesson_id: int
    segments: int
    notices: list[str] = Field(description="What was mended, in sentences.")


class CaptionPublic(BaseModel):
    """One caption as it would stand in the transcript."""

    start: float = Field(description="Seconds.")
    end: float
    text: str


class CaptionsPreview(BaseModel):
    """What a file of captions would become."""

    encoding: str = Field(description="The one that it was read in, as Python names it.")
    encodings: dict[str, str] = Field(description="Those to choose from, with their usual names.")
    segments: int
    first: list[CaptionPublic] = Field(description="The first captions.")
    notices: list[str] = Field(description="What was mended, in sentences.")
