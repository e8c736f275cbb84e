"""A small call to each model that the settings name: whether it answers, and in the form needed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from backend.config.settings import CorrectionSettings, Settings, SummarySettings
from backend.errors import Fact, FactName
from backend.errors.providers import ProviderError
from backend.llm.calls import ChatCaller, Reply
from backend.llm.provider import ModelChoice

TRIAL_TIMEOUT_SECONDS = 30.0
SENTENCE = "A prsm splits white light into colors."
CORRECT = "Correct the spelling of the user's sentence, and change nothing else."
SUMMARISE = "Say in at most five words what the user's sentence is about."


class CorrectedSentence(BaseModel):
    """The form that is asked for, as correction asks for its own."""

    text: str


@dataclass(frozen=True)
class Trial:
    """What became of one call. `problem` says in sentences why it failed, and what to do,
    `problem_code` and `problem_facts` the same for whoever has words of their own."""

    work: str
    server: str
    model: str
    sent: str
    received: str | None
    problem: str | None
    seconds: float
    input_tokens: int | None = None
    output_tokens: int | None = None
    problem_code: str | None = None
    problem_facts: Mapping[FactName, Fact] | None = None


def try_models(settings: Settings) -> list[Trial]:
    """Ask the models for correction and summary one small thing each, once, without a retry."""
    return [
        _try("correction", settings, settings.correction, _correct),
        _try("summary", settings, settings.summary, _summarise),
    ]


def _correct(caller: ChatCaller) -> Reply[str]:
    reply = caller.ask_structured(CORRECT, SENTENCE, CorrectedSentence)
    return Reply(reply.value.text, reply.input_tokens, reply.output_tokens)


def _summarise(caller: ChatCaller) -> Reply[str]:
    return caller.ask_text(SUMMARISE, SENTENCE)


def _try(
    work: str,
    settings: Settings,
    section: CorrectionSettings | SummarySettings,
    ask: Callable[[ChatCaller], Reply[str]],
) -> Trial:
    choice = ModelChoice.from_settings(settings, section)
    received, input_tokens, output_tokens = None, None, None
    problem: ProviderError | None = None
    began = time.monotonic()
    try:
        caller = ChatCaller(choice, timeout_seconds=TRIAL_TIMEOUT_SECONDS, max_attempts=1)
        reply = ask(caller)
        received, input_tokens, output_tokens = reply.value, reply.input_tokens, reply.output_tokens
    except ProviderError as error:
        problem = error
    return Trial(
        work=work,
        server=choice.server,
        model=choice.model,
        sent=SENTENCE,
        received=received,
        problem=None if problem is None else problem.message,
        problem_code=None if problem is None else problem.code,
        problem_facts=None if problem is None else problem.facts,
        seconds=round(time.monotonic() - began, 3),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
    )
