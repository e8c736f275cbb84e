"""Asking for an answer in a given form, and judging what comes back.

The request is the one that LangChain's `with_structured_output` makes (OpenAI: a strict JSON
schema; Anthropic: a forced tool call). The reply is judged here instead of by LangChain's parsers,
because those cannot tell a cut, a refused and a malformed reply apart, repair cut JSON silently,
and cost more than the call itself (a thread per call, the schema converted anew each time).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from backend.config import Provider
from backend.errors import ReplyCut, ReplyMalformed, ReplyRefused

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

Answer = TypeVar("Answer", bound=BaseModel)

WITHOUT_JSON_SCHEMA = ("gpt-3", "gpt-4-")
"""OpenAI's families from before structured outputs (and `gpt-4` itself): they get a forced tool."""

WITHOUT_FORCED_TOOLS = ("claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5")
"""Anthropic's families that reject a forced tool call: they get a JSON schema instead."""

CUT_REASONS = {"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"}
REFUSED_REASONS = {"content_filter", "refusal"}


@dataclass(frozen=True)
class Usage:
    """Tokens that a reply was charged for; None where the server does not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None


def bind_schema(
    model: "BaseChatModel", provider: Provider, model_name: str, schema: type[BaseModel]
) -> "Runnable[LanguageModelInput, AIMessage]":
    """The model, bound to answer in the form of `schema` by the provider's own means."""
    if provider is Provider.ANTHROPIC and model_name.startswith(WITHOUT_FORCED_TOOLS):
        return model.bind(output_config={"format": _anthropic_format(schema)})
    if provider is Provider.ANTHROPIC:
        return model.bind_tools([schema], tool_choice=schema.__name__)
    if model_name == "gpt-4" or model_name.startswith(WITHOUT_JSON_SCHEMA):
        return model.bind_tools([schema], tool_choice=schema.__name__, parallel_tool_calls=False)
    return model.bind(response_format=_openai_format(schema))


def _anthropic_format(schema: type[BaseModel]) -> dict[str, Any]:
    from anthropic import transform_schema

    return {"type": "json_schema", "schema": transform_schema(schema)}


def _openai_format(schema: type[BaseModel]) -> dict[str, Any]:
    from openai import pydantic_function_tool

    parameters = pydantic_function_tool(schema)["function"]["parameters"]
    strict = {"name": schema.__name__, "strict": True, "schema": parameters}
    return {"type": "json_schema", "json_schema": strict}


def usage_of(message: "AIMessage") -> Usage:
    counted = message.usage_metadata
    return Usage(counted["input_tokens"], counted["output_tokens"]) if counted else Usage()


def read_text(message: "AIMessage") -> str:
    """The text of a reply.

    Raises
    ------
    ReplyCut, ReplyRefused, ReplyMalformed
        With the tokens that the reply was charged for.
    """
    _refuse_unfinished(message)
    text = str(message.text).strip()
    if not text:
        raise malformed("it is empty", usage_of(message))
    return text


def read_structured(message: "AIMessage", schema: type[Answer]) -> Answer:
    """The answer in a reply that was asked for in the form of `schema`; raises as `read_text`."""
    _refuse_unfinished(message)
    try:
        if message.tool_calls:
            return schema.model_validate(message.tool_calls[0]["args"])
        return schema.model_validate_json(str(message.text))
    except ValidationError as error:
        # Pydantic's error quotes the reply, and a lesson's text has no place in a log.
        raise malformed(_first_problem(error), usage_of(message)) from None


def cut(usage: Usage) -> ReplyCut:
    return ReplyCut(
        "The model's reply was cut off at its length limit: ask for less at a time, or use a model "
        "that writes longer replies.",
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def refused(reason: str, usage: Usage) -> ReplyRefused:
    return ReplyRefused(
        f"The model refused to answer ({reason}).",
        facts={"said": reason},
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def malformed(problem: str, usage: Usage) -> ReplyMalformed:
    return ReplyMalformed(
        f"The model's reply was not in the form that was asked for ({problem}).",
        facts={"detail": problem},
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def _refuse_unfinished(message: "AIMessage") -> None:
    """A reply that ended early may still read as a valid answer, so its end is looked at first."""
    reason = _end_reason(message.response_metadata)
    if reason in CUT_REASONS:
        raise cut(usage_of(message))
    refusal = _refusal(message)
    if refusal or reason in REFUSED_REASONS:
        raise refused(str(refusal or reason)[:200], usage_of(message))


def _refusal(message: "AIMessage") -> str | None:
    """What the model said in place of an answer: chat completions have a field for it, responses
    a block of their own."""
    blocks = message.content if isinstance(message.content, list) else []
    said = [block.get("refusal") for block in blocks if isinstance(block, dict)]
    return message.additional_kwargs.get("refusal") or next(filter(None, said), None)


def _end_reason(metadata: dict[str, Any]) -> str | None:
    """Why the reply ended, as chat completions, messages or responses name it."""
    incomplete = metadata.get("incomplete_details") or {}
    return metadata.get("finish_reason") or metadata.get("stop_reason") or incomplete.get("reason")


def _first_problem(error: ValidationError) -> str:
    """What is wrong and where, without the reply itself: it may hold a lesson's text."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
