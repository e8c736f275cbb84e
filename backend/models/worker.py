"""The tables that workers share: who is alive, and how fast the providers may be asked."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from backend.models.columns import UtcDateTime


class Worker(SQLModel, table=True):
    """A worker process. `id` is new at each start; times are the database's.

    One that has not been seen for `ttl_seconds` is taken for dead. `stages` are those that it
    works on, with commas.
    """

    id: str = Field(primary_key=True)
    host: str
    pid: int
    version: str
    stages: str
    ttl_seconds: float
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ProviderPace(SQLModel, table=True):
    """When a provider may be asked again, for all processes that share the database.

    `held_until` and `next_call_at` are seconds since 1970 by the database's clock: nobody asks
    before the first (somebody was told to slow down), and calls are spaced by the second.
    """

    __tablename__ = "provider_pace"

    provider: str = Field(primary_key=True)
    held_until: float = 0.0
    next_call_at: float = 0.0
