"""What to do about an error: one list, with the words of each surface.

A message says what happened, and is the same everywhere. What to do next depends on where it is
read: at a terminal there are commands, for a program that uses the API there are routes. The pages
have theirs in `frontend/src/failures/texts`, by the same codes, because they speak the reader's
language.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.errors import (
    Conflict,
    LecternError,
    NothingToDo,
    UnexpectedError,
    backups,
    lessons,
    providers,
    recognisers,
    recordings,
    requests,
    settings,
    storage,
    tasks,
)


@dataclass(frozen=True)
class Remedy:
    """What to do, in whole sentences; "" where there is nothing that could be said.

    `{lesson}` and the like are filled from the error's facts.
    """

    at_terminal: str = ""
    by_api: str = ""


_TRANSCRIBE_BY_API = "POST /api/v1/tasks with the type `process` has the lesson transcribed."
_ANOTHER_MODEL = "or choose another with `lectern config set transcription.model`."
_DOWNLOAD = Remedy(
    f"Run `lectern models download {{model}}`, {_ANOTHER_MODEL}",
    "POST /api/v1/models/downloads fetches it; PATCH /api/v1/preferences chooses another.",
)
_SET_KEY = "PATCH /api/v1/preferences with `provider` and `api_key`."

REMEDIES: Mapping[type[LecternError], Remedy] = {
    UnexpectedError: Remedy("When its cause is mended, run `lectern tasks retry {task}`."),
    NothingToDo: Remedy(by_api="Nothing needs to be done."),
    Conflict: Remedy(by_api="Read it again, and repeat the change with its new ETag in If-Match."),
    # Settings and requests.
    settings.ConfigError: Remedy(by_api="Mend config.yaml at the place that is named."),
    settings.FileOnlySetting: Remedy(
        "Set it in config.yaml, or with `lectern config set`.",
        "Set it in config.yaml, or with `lectern config set`, on the server.",
    ),
    requests.TooManyStreams: Remedy(by_api="Close some that nobody reads, or try again later."),
    # The database and the disk.
    storage.DatabaseError: Remedy(by_api="Look at /readyz, mend the database, and try again."),
    storage.DatabaseNeedsUpgrade: Remedy(
        "Back it up, then run `lectern db upgrade`.",
        "Back the database up, then run `lectern db upgrade`.",
    ),
    storage.DatabaseDamaged: Remedy(
        "Stop all that uses it, then put a backup in its place with `lectern backup restore`.",
        "Stop the server and its workers, then put a backup in its place with `lectern backup "
        "restore`.",
    ),
    storage.StorageFull: Remedy(by_api="Free some space, and try again."),
    backups.BackupNotFound: Remedy("`lectern backup list` shows those in a folder."),
    # Lessons.
    lessons.LessonNotFound: Remedy(
        "`lectern list` shows those there are.", "GET /api/v1/lessons lists the lessons there are."
    ),
    lessons.LessonInTrash: Remedy(
        "Restore it on the page Trash first.",
        "POST /api/v1/trash/{lesson}/restore brings it back.",
    ),
    lessons.AudioMissing: Remedy(
        "Put it back, or add it again with `lectern add`.",
        "Put it back, or send it again by way of /api/v1/uploads.",
    ),
    lessons.NoTranscript: Remedy("Run `lectern transcribe {lesson}` first.", _TRANSCRIBE_BY_API),
    lessons.LowerQuality: Remedy(
        by_api="Change the settings, or send it with `accept_lower_quality`: true."
    ),
    lessons.NoSummary: Remedy("Run `lectern process {lesson}` first.", _TRANSCRIBE_BY_API),
    # Tasks.
    tasks.TaskNotFound: Remedy(
        "`lectern tasks list` shows those there are.",
        "GET /api/v1/tasks lists the tasks there are.",
    ),
    tasks.TaskEnded: Remedy(by_api="Nothing needs to be done."),
    tasks.TaskNotRetryable: Remedy(
        "`lectern tasks cancel {task}` ends one that is not over; `lectern tasks add` has the work "
        "done anew.",
        "Look at the task's status; to do the work anew, create another.",
    ),
    tasks.DependencyNotCompleted: Remedy(
        "When that one is mended, run `lectern tasks retry {needed} {task}`.",
        "When that one is mended, retry it, and then this one.",
    ),
    tasks.WorkerDied: Remedy(
        "See the worker's log for the cause (too little memory is the usual one), then run "
        "`lectern tasks retry {task}`.",
        "See the worker's log for the cause, then POST /api/v1/tasks/{task}/retry.",
    ),
    # Recordings and recognisers.
    recordings.ExaminationFailed: Remedy("Try again later; `lectern doctor` may say why."),
    recognisers.RecogniserMissing: Remedy(
        "Run `lectern config set transcription.engine auto`, and install Whisper with `lectern "
        "models download small`.",
        "POST /api/v1/models/downloads installs Whisper.",
    ),
    recognisers.UnknownModel: Remedy(
        f"`lectern models list` shows the names. Take one of them, {_ANOTHER_MODEL}",
        "GET /api/v1/models lists the names.",
    ),
    recognisers.NoModelFound: Remedy(
        "Choose another folder; a model that only you know is used where it is with `lectern "
        "config set transcription.model {folder}`."
    ),
    recognisers.ModelNotInstalled: _DOWNLOAD,
    recognisers.ModelIncomplete: _DOWNLOAD,
    recognisers.DeviceUnavailable: Remedy(
        "Run `lectern config set transcription.device auto` and `lectern config set "
        "transcription.compute_type default`.",
        "PATCH /api/v1/preferences with the `device` `auto` and the `compute_type` `default`.",
    ),
    recognisers.LanguageUnsupported: Remedy(
        "Set the lesson's language with `lectern edit`, or choose a multilingual model of Whisper.",
        "PATCH the lesson's language, or choose a multilingual model of Whisper.",
    ),
    # Language models.
    providers.ProviderNotConfigured: Remedy(
        "Choose one with `lectern config set provider OpenAI` (or Anthropic), and give its key "
        "with `lectern config set api_key`.",
        _SET_KEY,
    ),
    providers.BadKey: Remedy("Set a valid key with `lectern config set api_key`.", _SET_KEY),
}


def find_remedy(kind: type[LecternError]) -> Remedy:
    """What to do about errors of a class: its own entry, else that of the class above it."""
    return next((REMEDIES[each] for each in kind.__mro__ if each in REMEDIES), Remedy())


def fill(text: str, facts: Mapping[Any, object]) -> str:
    """A remedy with an error's facts; one that is not known is written as in a command's usage."""
    return text.format_map(_Facts(facts))


class _Facts(defaultdict[Any, object]):
    def __init__(self, facts: Mapping[Any, object]) -> None:
        super().__init__(None, facts)

    def __missing__(self, name: str) -> str:
        return name.upper()


def remedy_at_terminal(error: LecternError) -> str:
    """What to do, for whoever reads it at a terminal; "" where nothing can be said."""
    return fill(find_remedy(type(error)).at_terminal, error.facts)


def explain(error: LecternError) -> str:
    """What happened and what to do, for whoever reads it at a terminal."""
    return f"{error.message} {remedy_at_terminal(error)}".rstrip()


def explain_stored(message: str, code: str | None, facts: Mapping[Any, object] | None) -> str:
    """The same of an error of which a row keeps the message, the code and the facts."""
    kinds = {each.code: each for each in _all_kinds(LecternError)}
    remedy = find_remedy(kinds[code]) if code in kinds else Remedy()
    return f"{message} {fill(remedy.at_terminal, facts or {})}".rstrip()


def _all_kinds(kind: type[LecternError]) -> list[type[LecternError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _all_kinds(child))]
