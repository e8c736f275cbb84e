"""What the API says of captions that became a transcript."""

from pydantic import BaseModel, Field


class CaptionsImported(BaseModel):
    """The captions are the lesson's transcript."""

    lesson_id: int
    segments: int
    notices: list[str] = Field(description="What was mended, in sentences.")
