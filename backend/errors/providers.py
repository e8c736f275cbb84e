"""Errors of language-model providers."""

from backend.errors import Facts, LecternError


class ProviderError(LecternError):
    """The language-model provider cannot be used."""

    status_code = 502
    retry_after_seconds: float | None = None
    """How long the provider asked to wait, where it said so."""
    unusable_replies: "tuple[UnusableReply, ...]" = ()
    """The replies that were paid for on the way to this error, this one included, oldest first."""


class ProviderNotConfigured(ProviderError):
    """No language-model provider is set."""


class BadKey(ProviderError):
    """The provider refused the API key."""


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
        facts: Facts | None = None,
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
