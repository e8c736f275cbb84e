"""What the API says of captions that became a transcript."""

from pydantic import BaseModel, ConfigDict, Field


class NoticePublic(BaseModel):
    """What a person should know about a file."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    text: str = Field(description="A sentence.")
    facts: dict[str, str | int | float] = Field(
        description="For words of one's own: `n` how many cues or lines, `lines` their numbers."
    )


class CaptionsImported(BaseModel):
    """The captions are the lesson's transcript."""

    lesson_id: int
    segments: int
    notices: list[NoticePublic] = Field(description="What was mended.")


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
    notices: list[NoticePublic] = Field(description="What was mended.")
