"""The tree of named errors.

Every error that a person may meet is a `LecternError`. Its message is one or two whole
sentences: what happened, and to which object. The class docstring is the message where none is
given. `status_code` is the HTTP status that the error maps to, `retryable`
says whether the same call may succeed later without anybody changing anything.

What to do next depends on where the message is read: `backend.errors.remedies` has it, by the class
or its `code`. The pages have words of their own for both; what these cannot know (which file, which
server, what it said) are `facts`.
"""

import re
from collections.abc import Mapping
from typing import ClassVar, Literal

Fact = str | int | float


FactName = Literal[
    "detail",
    "file",
    "folder",
    "host",
    "kind",
    "language",
    "log",
    "lesson",
    "model",
    "needed",
    "said",
    "server",
    "task",
    "times",
]
"""What facts there are. The pages have a word for each (`failures.facts`) but for the ids of a
lesson, of a task and of the one that is `needed`, which remedies name."""
Facts = Mapping[FactName, Fact]


HIDDEN = "***"
"""Stands where the name and the password in an address are not shown."""


USER_OF_ADDRESS = re.compile(r"(?<=://)[^/?#\s]+(?=@)")


def hide_passwords(text: str) -> str:
    """The text with `***` for the name and password of each address in it.

    Both, because a server may take a key in the place of the name. Where a library has hidden the
    password already, the name stays.
    """
    return USER_OF_ADDRESS.sub(
        lambda found: found[0] if found[0].endswith(f":{HIDDEN}") else HIDDEN, text
    )


class LecternError(Exception):
    """Something went wrong in Lectern; the log file has the details.

    `facts` are what the words of another surface need beside the code.
    """

    status_code = 500
    retryable = False
    code: ClassVar[str] = "lectern-error"
    """For programs: a `LessonNotFound` is `lesson-not-found`, whatever its words are."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, message: str | None = None, *, facts: Facts | None = None) -> None:
        said = message or (type(self).__doc__ or "").partition("\n\n")[0].strip()
        # Here, because a message goes to terminals, logs, answers and the rows of tasks.
        super().__init__(hide_passwords(said))
        self.facts: Facts = {
            name: hide_passwords(fact) if isinstance(fact, str) else fact
            for name, fact in (facts or {}).items()
        }

    @property
    def message(self) -> str:
        return str(self.args[0])

    def __str__(self) -> str:
        """For whoever calls from Python: with what to do, as a terminal shows it."""
        from backend.errors.remedies import explain  # which knows all of these classes

        return explain(self)


class UnexpectedError(LecternError):
    """Something unexpected went wrong in the server; nothing half was stored."""


class DetailedError(LecternError):
    """An error of so many kinds that no surface has words for each: its message is a fact, too."""

    def __init__(self, message: str | None = None, *, facts: Facts | None = None) -> None:
        detail: Facts = {"detail": message} if message else {}
        super().__init__(message, facts=detail if facts is None else facts)


class InvalidValue(DetailedError):
    """A value is not allowed here."""

    status_code = 422


class WorkStopped(LecternError):
    """The work was stopped; what was finished is kept for the next attempt."""

    status_code = 409


class OwnershipLost(WorkStopped):
    """The work was cancelled or given to another worker; nothing more was written here."""


class NothingToDo(LecternError):
    """All that was asked for is done already, and up to date."""

    status_code = 409


class NotFound(LecternError):
    """There is no such thing."""

    status_code = 404


class Conflict(LecternError):
    """It was changed meanwhile, so nothing was written: look at what is there now, and try again.

    `present` is what is there now, as plain JSON values, with its `version`.
    """

    status_code = 412

    def __init__(self, message: str, present: "dict[str, object]") -> None:
        super().__init__(message)
        self.present = present


class AlreadyThere(LecternError):
    """There is one already."""

    status_code = 409
