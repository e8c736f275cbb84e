"""The tree of named errors.

Every error that a person may meet is a `LecternError`. Its message is one or two whole
sentences: what happened, to which object, what to do next. The class docstring is the message
where none is given. `status_code` is the HTTP status that the error maps to, `retryable`
says whether the same call may succeed later without anybody changing anything.
"""


class LecternError(Exception):
    """Something went wrong in Lectern; the log file has the details."""

    status_code = 500
    retryable = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        return str(self.args[0])


class InvalidValue(LecternError):
    """A value is not allowed here."""

    status_code = 422


class WorkStopped(LecternError):
    """The work was stopped; what was finished is kept for the next attempt."""

    status_code = 409


class OwnershipLost(WorkStopped):
    """The work was cancelled or given to another worker; nothing more was written here."""


# --- configuration ---------------------------------------------------------------------------


class ConfigError(LecternError):
    """config.yaml cannot be used; `lectern config show` names the place."""


# --- database --------------------------------------------------------------------------------


class DatabaseError(LecternError):
    """The database cannot be used."""

    status_code = 503


class DatabaseAway(DatabaseError):
    """The database does not answer: start it, or mend the network; then try again."""

    retryable = True


class DatabaseTooNew(DatabaseError):
    """The database was written by a newer Lectern: install that version or a later one."""


class DatabaseNeedsUpgrade(DatabaseError):
    """The database is of an older version: back it up, then run `lectern db upgrade`."""


class StorageFull(LecternError):
    """The disk is full: free some space and try again. Nothing that was stored is lost."""

    status_code = 507
    retryable = True


class UncommittedWrites(LecternError):
    """The given session holds uncommitted writes: commit or roll back, then call again."""

    status_code = 409


class InputChanged(LecternError):
    """The input changed while the work ran, so its result was not saved: start it again."""

    status_code = 409


# --- lessons ---------------------------------------------------------------------------------


class NotFound(LecternError):
    """There is no such thing."""

    status_code = 404


class LessonNotFound(NotFound):
    """There is no such lesson: `lectern list` shows those there are."""

    def __init__(self, lesson_id: object) -> None:
        super().__init__(f"There is no lesson {lesson_id}: `lectern list` shows those there are.")


class AudioMissing(NotFound):
    """The lesson has no recording: add one with `lectern add`."""


class NoTranscript(LecternError):
    """The lesson has no transcript yet: run `lectern transcribe` first."""

    status_code = 409


class NothingToSummarise(LecternError):
    """The transcript is empty, so there is nothing to summarise."""

    status_code = 409


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


# --- recognisers -----------------------------------------------------------------------------


class RecogniserError(LecternError):
    """The recogniser cannot be used."""

    status_code = 422


class UnknownModel(RecogniserError):
    """There is no Whisper model of this name: `lectern models list` shows the names."""


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
    ) -> None:
        super().__init__(message)
        self.input_tokens = input_tokens
        self.output_tokens = output_tokens


class ReplyCut(UnusableReply):
    """The model's reply was cut off at its length limit."""


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
