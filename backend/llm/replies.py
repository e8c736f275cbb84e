"""Asking for an answer in a given form, and judging what comes back.

The request is the one that LangChain's `with_structured_output` makes (OpenAI: a strict JSON
schema; Anthropic: a forced tool call). The reply is judged here instead of by LangChain's parsers,
because those cannot tell a cut, a refused and a malformed reply apart, repair cut JSON silently,
and cost more than the call itself (a thread per call, the schema converted anew each time).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from backend.config.settings import Provider
from backend.errors.providers import (
    ReplyCut,
    ReplyMalformed,
    ReplyRefused,
    ReplyUnfinished,
    UnusableReply,
)
from backend.readable import readable, readable_json

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

Answer = TypeVar("Answer", bound=BaseModel)

WITHOUT_JSON_SCHEMA = ("gpt-3", "gpt-4-")
"""OpenAI's families from before structured outputs (and `gpt-4` itself): they get a forced tool."""

WITHOUT_FORCED_TOOLS = ("claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5")
"""Anthropic's families that reject a forced tool call: they get a JSON schema instead."""

COMPLETE_REASONS = {
    *("stop", "tool_calls", "function_call", "completed"),  # OpenAI, and who speaks as it does
    *("end_turn", "stop_sequence", "tool_use"),  # Anthropic
    *("eos_token", "eos"),  # servers of one's own
    "complete",  # Cohere
}
CUT_REASONS = {
    *("length", "max_tokens", "max_output_tokens"),
    *("model_length", "model_context_window_exceeded"),
}
REFUSED_REASONS = {
    *("content_filter", "content_filtered", "refusal", "guardrail_intervened", "error_toxic"),
    *("safety", "recitation", "blocklist", "prohibited_content", "spii", "language"),  # Google
}
"""What a reply ends with, in small letters. Whatever is not complete, cut or refused went wrong."""

LONGEST_REASON = 200
LARGEST_COUNT = 2**31 - 1
"""Of tokens, in a column of the ledger. A server that counts more does not count."""

REASONING = re.compile(
    r"\A\s*<(think|thinking|reasoning)>.*?(?:</\1>|\Z)|\A.*?</think(?:ing)?>", re.DOTALL
)
"""What a model says to itself before it answers; some servers leave out where that begins."""
FENCED = re.compile(r"\A```\w{0,20}\s*\n(.*?)\n?```\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Usage:
    """Tokens that a reply was charged for; None where the server does not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None

    @classmethod
    def of(cls, input_tokens: Any, output_tokens: Any) -> Self:
        """As a server counted them, if it did."""
        return cls(_read_count(input_tokens), _read_count(output_tokens))


def _read_count(stated: Any) -> int | None:
    is_number = isinstance(stated, int | float) and not isinstance(stated, bool)
    return int(stated) if is_number and 0 <= stated <= LARGEST_COUNT else None


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
    return Usage.of(counted["input_tokens"], counted["output_tokens"]) if counted else Usage()


def says_something(text: str) -> bool:
    return bool(text.strip())


def read_text(message: "AIMessage", is_usable: Callable[[str], bool] = says_something) -> str:
    """The text of a reply, without what the model said to itself before, and `readable`.

    Raises
    ------
    ReplyCut, ReplyUnfinished, ReplyRefused, ReplyMalformed
        With the tokens that the reply was charged for.
    """
    _refuse_unfinished(message)
    text = _answer_in(message)
    if not text or not is_usable(text):
        raise malformed("it is empty", usage_of(message))
    return text


def read_structured(message: "AIMessage", schema: type[Answer]) -> Answer:
    """The answer in a reply that was asked for in the form of `schema`; raises as `read_text`."""
    _refuse_unfinished(message)
    try:
        given = message.tool_calls[0]["args"] if message.tool_calls else _json_in(message)
        return schema.model_validate(readable_json(given))
    except ValidationError as error:
        # Pydantic's error quotes the reply, and a lesson's text has no place in a log.
        raise malformed(_first_problem(error), usage_of(message)) from None
    except (ValueError, RecursionError):
        raise malformed("it is not JSON", usage_of(message)) from None


def _answer_in(message: "AIMessage") -> str:
    return REASONING.sub("", readable(str(message.text))).strip()


def _json_in(message: "AIMessage") -> Any:
    """Read by the standard library: pydantic's reader takes half of a surrogate pair for a
    mistake of the whole, and here it is one character less."""
    text = _answer_in(message)
    fenced = FENCED.match(text)
    # Not strict: a line break within a text is no reason to pay for it again.
    return json.loads(fenced[1] if fenced else text, strict=False)


def cut(usage: Usage) -> ReplyCut:
    return ReplyCut(
        "The model's reply was cut off at its length limit: ask for less at a time, or use a model "
        "that writes longer replies.",
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def unfinished(reason: str, usage: Usage) -> ReplyUnfinished:
    return ReplyUnfinished(
        f"The provider ended the model's reply before it was finished (`{reason}`): try again "
        "later, or use another model.",
        facts={"said": reason},
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


def judge_end(reason: Any, usage: Usage) -> UnusableReply | None:
    """What is wrong with a reply that ended for this reason; None: it is complete.

    A reply is complete if its server says so, or says nothing.
    """
    said = readable(str(reason or "")).strip()[:LONGEST_REASON]
    name = said.lower()
    if not name or name in COMPLETE_REASONS:
        return None
    if name in CUT_REASONS:
        return cut(usage)
    return refused(said, usage) if name in REFUSED_REASONS else unfinished(said, usage)


def _refuse_unfinished(message: "AIMessage") -> None:
    """A reply that ended early may still read as a valid answer, so its end is looked at first."""
    usage = usage_of(message)
    problem = judge_end(_end_reason(message.response_metadata), usage)
    refusal = _refusal(message)
    if refusal and not isinstance(problem, ReplyCut):
        raise refused(readable(str(refusal))[:LONGEST_REASON], usage)
    if problem is not None:
        raise problem


def _refusal(message: "AIMessage") -> str | None:
    """What the model said in place of an answer: chat completions have a field for it, responses
    a block of their own."""
    blocks = message.content if isinstance(message.content, list) else []
    said = [block.get("refusal") for block in blocks if isinstance(block, dict)]
    return message.additional_kwargs.get("refusal") or next(filter(None, said), None)


def _end_reason(metadata: dict[str, Any]) -> Any:
    """Why the reply ended, as chat completions, messages, Ollama or responses name it."""
    incomplete = metadata.get("incomplete_details")
    reasons = (
        metadata.get("finish_reason"),
        metadata.get("stop_reason"),
        metadata.get("done_reason"),
        incomplete.get("reason") if isinstance(incomplete, dict) else incomplete,
        metadata.get("status"),
    )
    return next(filter(None, reasons), None)


def _first_problem(error: ValidationError) -> str:
    """What is wrong and where, without the reply itself: it may hold a lesson's text."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
