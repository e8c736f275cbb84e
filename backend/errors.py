"""The tree of named errors.

Every error that a person may meet is a `LecternError`. Its message is one or two whole
sentences: what happened, to which object, what to do next. The class docstring is the message
where none is given. `status_code` is the HTTP status that the error maps to, `retryable`
says whether the same call may succeed later without anybody changing anything.

The message is for whoever uses the command line or the API. The pages have words of their own, by
the error's `code`; what these cannot know (which file, which server, what it said) are `facts`.
"""

import re
from collections.abc import Mapping
from typing import Literal

Fact = str | int | float
FactName = Literal[
    "detail",
    "file",
    "folder",
    "host",
    "kind",
    "language",
    "log",
    "model",
    "said",
    "server",
    "times",
]
"""What facts there are; the pages have a word for each (`failures.facts`)."""

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

    def __init__(
        self, message: str | None = None, *, facts: Mapping[FactName, Fact] | None = None
    ) -> None:
        said = message or (type(self).__doc__ or "").partition("\n\n")[0].strip()
        # Here, because a message goes to terminals, logs, answers and the rows of tasks.
        super().__init__(hide_passwords(said))
        self.facts: Mapping[FactName, Fact] = {
            name: hide_passwords(fact) if isinstance(fact, str) else fact
            for name, fact in (facts or {}).items()
        }

    @property
    def message(self) -> str:
        return str(self.args[0])

    @property
    def code(self) -> str:
        """For programs: a `LessonNotFound` is `lesson-not-found`, whatever its words are."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


class UnexpectedError(LecternError):
    """Something unexpected went wrong in the server; nothing half was stored."""


class DetailedError(LecternError):
    """An error of so many kinds that no surface has words for each: its message is a fact, too."""

    def __init__(
        self, message: str | None = None, *, facts: Mapping[FactName, Fact] | None = None
    ) -> None:
        detail: Mapping[FactName, Fact] = {"detail": message} if message else {}
        super().__init__(message, facts=detail if facts is None else facts)


class InvalidValue(DetailedError):
    """A value is not allowed here."""

    status_code = 422


class WorkStopped(LecternError):
    """The work was stopped; what was finished is kept for the next attempt."""

    status_code = 409


class OwnershipLost(WorkStopped):
    """The work was cancelled or given to another worker; nothing more was written here."""


# --- configuration ---------------------------------------------------------------------------


class ConfigError(DetailedError):
    """config.yaml cannot be used; `lectern config show` names the place."""


class FileOnlySetting(LecternError):
    """This setting reaches outside the data directory: change it in config.yaml, or by command."""

    status_code = 422


class OwnerOnly(LecternError):
    """Only the owner of this library may do this, and the request does not show that it is theirs.
    The owner's token is missing, or it is of an earlier start of the server."""

    status_code = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="Lectern"'}


class TooManyStreams(LecternError):
    """As many event streams are open as the server keeps at once: close some, or try later."""

    status_code = 503
    retryable = True
    headers: Mapping[str, str] = {"Retry-After": "15", "Connection": "close"}


# --- database --------------------------------------------------------------------------------


class DatabaseError(LecternError):
    """The database cannot be used."""

    status_code = 503


class DatabaseAway(DatabaseError):
    """The database does not answer: start it, or mend the network; then try again."""

    retryable = True


class DatabaseBusy(DatabaseError):
    """Another program holds the database: close it there, or try again."""

    retryable = True


class DatabaseDamaged(DatabaseError):
    """The database is damaged, so nothing more is written into it: put a backup in its place."""


class DatabaseTooNew(DatabaseError):
    """The database was written by a newer Lectern: install that version or a later one."""


class DatabaseNeedsUpgrade(DatabaseError):
    """The database is of an older version: back it up, then run `lectern db upgrade`."""


class DatabaseChanged(DatabaseError):
    """The database is of another version than this server: restart the server."""


class DataUnwritable(LecternError):
    """The data directory cannot be written to: mend its permissions."""

    status_code = 503


class StorageFull(LecternError):
    """The disk is full: free some space and try again. Nothing that was stored is lost."""

    status_code = 507
    retryable = True


PASSING_ERRORS = (DatabaseAway, DatabaseBusy, StorageFull)
"""What keeps anything from being stored until somebody ends it: background work waits for that."""


class UncommittedWrites(LecternError):
    """The given session holds uncommitted writes: commit or roll back, then call again."""

    status_code = 409


class InputChanged(LecternError):
    """The input changed while the work ran, so its result was not saved: start it again."""

    status_code = 409


class LowerQuality(LecternError):
    """A text would be replaced by a worse one, so nothing was changed."""

    status_code = 409


class NothingToDo(LecternError):
    """All that was asked for is done already, and up to date."""

    status_code = 409


# --- backups ---------------------------------------------------------------------------------


class BackupError(LecternError):
    """The backup cannot be used."""


class BackupDamaged(BackupError):
    """The backup is damaged: use another one."""


class BackupFailed(BackupError):
    """The backup could not be made or put back; nothing was changed."""


class LibraryInUse(BackupError):
    """Another program uses the library: stop it, and try again."""

    status_code = 409


# --- lessons ---------------------------------------------------------------------------------


class NotFound(LecternError):
    """There is no such thing."""

    status_code = 404


class BackupNotFound(NotFound):
    """There is no backup: `lectern backup list` shows those in a folder."""


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


class CannotUndo(LecternError):
    """The edit cannot be undone, because its words are not a segment of their own any more."""

    status_code = 409


class LessonNotFound(NotFound):
    """There is no such lesson: `lectern list` shows those there are."""

    def __init__(self, lesson_id: object) -> None:
        super().__init__(f"There is no lesson {lesson_id}: `lectern list` shows those there are.")


class LessonInTrash(LessonNotFound):
    """The lesson is in the trash: bring it back on the page Trash first."""

    def __init__(self, lesson_id: int) -> None:
        NotFound.__init__(
            self, f"Lesson {lesson_id} is in the trash: bring it back on the page Trash first."
        )


class AudioMissing(NotFound):
    """The lesson has no recording: add one with `lectern add`."""


class NoTranscript(LecternError):
    """The lesson has no transcript yet: run `lectern transcribe` first."""

    status_code = 409


class NoSummary(LecternError):
    """The lesson has no summary yet: run `lectern process` first."""

    status_code = 409


class PdfNotMade(LecternError):
    """The PDF could not be made: export the lesson as DOCX, and report this as a bug."""


# --- tasks -----------------------------------------------------------------------------------


class TaskNotFound(NotFound):
    """There is no such task: `lectern tasks list` shows those there are."""

    def __init__(self, task_id: object) -> None:
        super().__init__(f"There is no task {task_id}: `lectern tasks list` shows those there are.")


class TaskEnded(LecternError):
    """The task has ended already, so there is nothing to cancel."""

    status_code = 409


class TaskNotRetryable(LecternError):
    """Only a task that failed or was cancelled can be retried."""

    status_code = 409


class TaskStopped(LecternError):
    """Why a task ended, where nobody was at work on it who could have raised an error."""

    status_code = 409


class TaskCancelled(TaskStopped):
    """Cancelled while it ran; what was stored is kept."""


class LessonRemoved(TaskStopped):
    """The lesson was removed, so its task was cancelled."""

    def __init__(self, lesson_id: int) -> None:
        super().__init__(f"Lesson {lesson_id} was removed, so its task was cancelled.")


class DependencyMissing(TaskStopped):
    """It waits for a task that is not there: insert it again without `depends_on`."""


class CircularDependency(TaskStopped):
    """It waits for itself: insert it again without `depends_on`."""


class DependencyNotCompleted(TaskStopped):
    """The task that it waited for was not completed: retry that one, and then this one."""


class WorkerDied(TaskStopped):
    """The worker died too often while it worked on this task: see its log for the cause."""


# --- recordings ------------------------------------------------------------------------------


class MediaError(LecternError):
    """The file cannot be used as a recording."""

    status_code = 422


class NoSuchFile(MediaError):
    """There is no such file."""

    status_code = 404


class UnreadableMedia(MediaError):
    """The file is not a recording that can be read: choose another, or export it again."""


class NoAudioTrack(MediaError):
    """The file has no audio track: export the recording with sound, or choose another file."""


class NoSound(MediaError):
    """The file's audio track holds no sound at all (0 s): choose another file."""


class ExaminationFailed(LecternError):
    """The recording could not be examined; it is not the recording's fault. Try again later."""

    status_code = 503
    retryable = True


class UnreadableCaptions(LecternError):
    """The file is not captions that can be read: choose an SRT or VTT file."""

    status_code = 422


# --- uploads ---------------------------------------------------------------------------------


class UploadError(LecternError):
    """The upload cannot go on like this."""

    status_code = 400


class UploadNotFound(NotFound):
    """There is no such upload: it was never begun, or has been removed. Begin a new one."""


class UploadGone(UploadError):
    """The upload was given up, because nothing came for too long: begin a new one."""

    status_code = 410


class UploadBusy(UploadError):
    """Another request is sending to this upload: wait until it has ended."""

    status_code = 423
    retryable = True


class UploadOffsetWrong(UploadError):
    """The bytes do not go on where the upload stands: ask for its offset, and go on there."""

    status_code = 409


class UploadTooLarge(UploadError):
    """The upload is larger than it may be."""

    status_code = 413


class UploadStalled(UploadError):
    """Nothing came for too long: ask for the upload's offset, and go on there."""

    status_code = 408
    retryable = True


class ChecksumWrong(UploadError):
    """The bytes that came are not those that were sent: send them again from the same offset."""

    status_code = 460  # the protocol's own
    retryable = True


class ProtocolVersionWrong(UploadError):
    """The request is not one of tus 1.0.0: send the header `Tus-Resumable: 1.0.0`."""

    status_code = 412


class UploadUnwritable(UploadError):
    """What was sent could not be written: check the data directory, then go on."""

    status_code = 500


class UploadTypeWrong(UploadError):
    """Bytes of an upload are sent with `Content-Type: application/offset+octet-stream`."""

    status_code = 415


# --- recognisers -----------------------------------------------------------------------------


class RecogniserError(LecternError):
    """The recogniser cannot be used."""

    status_code = 422


class RecogniserMissing(RecogniserError):
    """The built-in recogniser is not there: `lectern models download small` fetches Whisper."""


class UnknownModel(RecogniserError):
    """There is no Whisper model of this name: `lectern models list` shows the names."""

    near: "tuple[str, ...]" = ()
    """Names that may have been meant."""


class ModelNotInstalled(RecogniserError):
    """The Whisper model is not installed: `lectern models download NAME` fetches one."""


class ModelIncomplete(RecogniserError):
    """The Whisper directory is incomplete: download it again with `lectern models download`."""


class DeviceUnavailable(RecogniserError):
    """The chosen device cannot be used: set transcription.device to `cpu` or `auto`."""


class LanguageUnsupported(RecogniserError):
    """The recogniser does not know this language: choose another recogniser or language."""


class DownloadFailed(RecogniserError):
    """The model could not be downloaded; what was there before is untouched."""

    status_code = 502
    retryable = True


class HubUnreachable(DownloadFailed):
    """The server that has the models cannot be reached from this computer."""


# --- language models -------------------------------------------------------------------------


class ProviderError(LecternError):
    """The language-model provider cannot be used."""

    status_code = 502
    retry_after_seconds: float | None = None
    """How long the provider asked to wait, where it said so."""
    unusable_replies: "tuple[UnusableReply, ...]" = ()
    """The replies that were paid for on the way to this error, this one included, oldest first."""


class ProviderNotConfigured(ProviderError):
    """No language-model provider is set: `lectern config set provider OpenAI` (or Anthropic)."""


class BadKey(ProviderError):
    """The provider refused the API key: set a valid one with `lectern config set api_key`."""


class QuotaExhausted(ProviderError):
    """The provider account has no credit left: top it up, then start again where it stopped."""


class BadRequest(ProviderError):
    """The provider refused the request: check the model name and settings in config.yaml."""


class ParameterRefused(BadRequest):
    """The model cannot be asked in the way that this work needs: choose another model."""


class TemperatureRefused(ParameterRefused):
    """The model does not take the temperature that is set: set it to null in config.yaml."""


class CallRefused(ProviderError):
    """The provider refused one call, and others may go through: try again, or use another model."""


class RegionRefused(ProviderError):
    """The provider does not serve the country or region that this computer is in."""


class ContextTooLong(ProviderError):
    """The text does not fit the model's context."""


class RateLimited(ProviderError):
    """The provider asked to slow down: try again later, or with less at the same time."""

    retryable = True


class ProviderUnavailable(ProviderError):
    """The provider did not answer, or answered with a server error: try again later."""

    retryable = True


class UnusableReply(ProviderError):
    """The model's reply cannot be used."""

    retryable = True

    def __init__(
        self,
        message: str | None = None,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        facts: Mapping[FactName, Fact] | None = None,
    ) -> None:
        super().__init__(message, facts=facts)
        self.input_tokens = input_tokens
        self.output_tokens = output_tokens


class ReplyCut(UnusableReply):
    """The model's reply was cut off at its length limit."""


class ReplyUnfinished(UnusableReply):
    """The provider ended the model's reply before it was finished."""


class ReplyRefused(UnusableReply):
    """The model refused to answer."""

    retryable = False


class ReplyMalformed(UnusableReply):
    """The model's reply was not in the form that was asked for."""


class CallsStopped(ProviderError):
    """The call was not made, because the work that it belongs to was stopped."""


class AllGroupsFailed(ProviderError):
    """Every group of the correction failed, so nothing was saved."""

    retryable = True


# --- where models come from ------------------------------------------------------------------


class IndexUnreachable(DownloadFailed):
    """The package index cannot be reached from this computer."""


class ModelsReadOnly(DownloadFailed):
    """The folder of models cannot be written to here: whoever keeps it brings models in."""

    status_code = 403
    retryable = False


class NoModelFound(RecogniserError):
    """No whole model that the catalogue knows is in the folder: choose another folder."""
