"""What the API says of the server's health."""

from typing import Literal

from pydantic import BaseModel, Field

from backend.web.problems import Problem


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]
    version: str


class CheckPublic(BaseModel):
    """One thing that the server needs."""

    name: str
    is_ok: bool
    reason: str | None
    code: str | None = Field(description="The same for programs, as problem details have it.")
    facts: dict[str, str | int | float] | None


class Readiness(BaseModel):
    """The server can do its work."""

    status: Literal["ready"]
    checks: list[CheckPublic]


class NotReady(Problem):
    """The server cannot do its work, and why."""

    checks: list[CheckPublic] = Field(description="The reasons are those that are not ok.")
