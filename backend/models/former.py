"""The table of what a rerun replaced."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.models.columns import UtcDateTime, utc_now


class FormerLayer(SQLModel, table=True):
    """What stood in a layer of a lesson before it was last made anew: one for each layer.

    `content` holds the lesson's columns of that layer, by their names, as JSON.
    """

    __tablename__ = "former_layer"
    __table_args__ = (UniqueConstraint("lesson_id", "layer"),)

    id: int | None = Field(default=None, primary_key=True)
    lesson_id: int = Field(foreign_key="lesson.id", ondelete="CASCADE")
    layer: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    replaced_at: datetime = Field(
        default_factory=utc_now, sa_column=Column(UtcDateTime, nullable=False)
    )
