"""Calls to stubs of both providers, which answer well and in every bad way."""

import logging
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial

import pytest
from pytest_httpserver import HTTPServer

from backend.config.settings import Provider
from backend.errors import providers
from backend.llm.calls import LONGEST_WAIT_SECONDS, MAX_ATTEMPTS, ChatCaller
from backend.llm.provider import ModelChoice
from tests.stubs.anthropic import AnthropicStub
from tests.stubs.clocks import FakeTime, HeldTime
from tests.stubs.llm_server import (
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    ProviderStub,
    Received,
    Response,
    serve,
)
from tests.stubs.openai import OpenAIStub
from tests.stubs.questions import ITEMS, KEY, SYSTEM, USER, Corrections

ASKED_AGAIN = {
    "rate_limited": providers.RateLimited,
    "server_error": providers.ProviderUnavailable,
    "connection_cut": providers.ProviderUnavailable,
    "cut_body": providers.ProviderUnavailable,
    "broken_body": providers.ProviderUnavailable,
    "web_page": providers.ProviderUnavailable,
}
NOT_ASKED_AGAIN = {
    "cut": providers.ReplyCut,
    "refused": providers.ReplyRefused,
    "exhausted": providers.QuotaExhausted,
    "bad_key": providers.BadKey,
    "unknown_model": providers.BadRequest,
    "context_too_long": providers.ContextTooLong,
}


# --- answers ---------------------------------------------------------------------------------


def test_a_structured_answer_has_the_asked_form_and_its_tokens(
    caller: ChatCaller, stub: ProviderStub
) -> None:
    stub.correct(str.upper)

    reply = caller.ask_structured(SYSTEM, USER, Corrections)

    assert [(s.id, s.text) for s in reply.value.segments] == [
        (item["id"], item["text"].upper()) for item in ITEMS
    ]
    assert (reply.input_tokens, reply.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert reply.unusable_replies == ()


def test_a_plain_question_gets_a_text_and_its_tokens(
    caller: ChatCaller, stub: ProviderStub
) -> None:
    stub.text = " The lesson is about cells.\n"

    reply = caller.ask_text(SYSTEM, "Summarise.")

    assert reply.value == "The lesson is about cells."
    assert (reply.input_tokens, reply.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)


def test_the_prompt_goes_out_as_system_message_and_the_rest_as_user_message(
    caller: ChatCaller, stub: ProviderStub
) -> None:
    caller.ask_structured(SYSTEM, USER, Corrections)

    (received,) = stub.received
    messages = received.body.get("messages") or received.body["input"]
    system = received.body.get("system") or messages[0]["content"]
    assert SYSTEM in str(system)
    assert received.user_text == USER


def test_structure_is_asked_for_by_the_means_that_the_model_knows(
    caller: ChatCaller, stub: ProviderStub, choice: ModelChoice
) -> None:
    caller.ask_structured(SYSTEM, USER, Corrections)

    body = stub.received[0].body
    means: dict[str, Callable[[], bool]] = {
        "gpt-4o": lambda: body["response_format"]["json_schema"]["strict"] is True,
        "gpt-4": lambda: body["tool_choice"]["function"]["name"] == "Corrections",
        "gpt-5-pro": lambda: body["text"]["format"]["strict"] is True,
        "claude-sonnet-4-6": lambda: body["tool_choice"]["name"] == "Corrections",
        "claude-opus-5-5": lambda: body["output_config"]["format"]["type"] == "json_schema",
    }
    assert means[choice.model]()


def test_ten_threads_ask_at_the_same_time(caller: ChatCaller, stub: ProviderStub) -> None:
    stub.latency_seconds = 0.3

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda _: caller.ask_structured(SYSTEM, USER, Corrections), range(20)))

    assert stub.call_count == 20
    assert stub.most_at_once == 10


# --- failures --------------------------------------------------------------------------------


@pytest.mark.parametrize("trap", ASKED_AGAIN)
def test_a_passing_failure_is_asked_again_five_times_in_all(
    caller: ChatCaller, stub: ProviderStub, trap: str
) -> None:
    stub.always(getattr(stub, trap)())

    with pytest.raises(ASKED_AGAIN[trap]) as raised:
        caller.ask_structured(SYSTEM, USER, Corrections)

    assert type(raised.value) is ASKED_AGAIN[trap]
    assert stub.call_count == MAX_ATTEMPTS == 5


@pytest.mark.parametrize("trap", ASKED_AGAIN)
def test_an_answer_after_passing_failures_is_used(
    caller: ChatCaller, stub: ProviderStub, trap: str
) -> None:
    behaviour = getattr(stub, trap)()
    stub.next(*[behaviour] * 4)

    reply = caller.ask_structured(SYSTEM, USER, Corrections)

    assert len(reply.value.segments) == len(ITEMS)
    assert stub.call_count == 5


@pytest.mark.parametrize("trap", NOT_ASKED_AGAIN)
@pytest.mark.parametrize("structured", [True, False], ids=["structured", "text"])
def test_a_lasting_failure_is_named_at_once(
    caller: ChatCaller, stub: ProviderStub, fake_time: FakeTime, trap: str, structured: bool
) -> None:
    stub.always(getattr(stub, trap)())

    ask = partial(caller.ask_structured, schema=Corrections) if structured else caller.ask_text

    with pytest.raises(NOT_ASKED_AGAIN[trap]) as raised:
        ask(SYSTEM, USER)

    assert type(raised.value) is NOT_ASKED_AGAIN[trap]
    assert stub.call_count == 1
    assert fake_time.waits == []


@pytest.mark.parametrize("trap", ["cut", "refused"])
def test_an_unusable_reply_carries_the_tokens_it_was_charged_for(
    caller: ChatCaller, stub: ProviderStub, trap: str
) -> None:
    stub.always(getattr(stub, trap)())

    with pytest.raises(providers.UnusableReply) as raised:
        caller.ask_structured(SYSTEM, USER, Corrections)

    assert (raised.value.input_tokens, raised.value.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert raised.value.unusable_replies == (raised.value,)


@pytest.mark.parametrize(
    "content",
    [
        "Sure! Here are your corrections.",
        '{"segments": [{"id": 1, "te',
        '{"segments": "none"}',
        '{"corrections": []}',
        '{"segments": [{"id": "first", "text": "a"}]}',
        "null",
        "",
    ],
)
def test_a_malformed_reply_is_asked_again_once_and_both_are_accounted_for(
    caller: ChatCaller, stub: ProviderStub, content: str
) -> None:
    stub.always(stub.malformed(content))

    with pytest.raises(providers.ReplyMalformed) as raised:
        caller.ask_structured(SYSTEM, USER, Corrections)

    assert stub.call_count == 2
    assert [type(e) for e in raised.value.unusable_replies] == [providers.ReplyMalformed] * 2
    assert {e.output_tokens for e in raised.value.unusable_replies} == {OUTPUT_TOKENS}


def test_a_malformed_tool_call_is_told_from_an_answer(
    fake_time: FakeTime,
) -> None:
    with serve(AnthropicStub()) as stub:
        stub.always(stub.malformed({"segments": [{"id": 1}]}))
        choice = ModelChoice(Provider.ANTHROPIC, "claude-sonnet-4-6", None, stub.base_url, KEY)

        with pytest.raises(providers.ReplyMalformed, match=r"segments\.0\.text: Field required"):
            ChatCaller(choice, timing=fake_time.timing()).ask_structured(SYSTEM, USER, Corrections)


def test_an_answer_after_a_malformed_reply_names_what_was_paid_before(
    caller: ChatCaller, stub: ProviderStub
) -> None:
    stub.next(stub.malformed("no"))

    reply = caller.ask_structured(SYSTEM, USER, Corrections)

    assert [e.input_tokens for e in reply.unusable_replies] == [INPUT_TOKENS]


def test_an_empty_text_is_malformed(caller: ChatCaller, stub: ProviderStub) -> None:
    stub.always(stub.empty())

    with pytest.raises(providers.ReplyMalformed):
        caller.ask_text(SYSTEM, "Summarise.")


def test_a_reply_that_was_cut_is_not_taken_for_an_answer_even_if_it_reads_as_one(
    caller: ChatCaller, stub: ProviderStub
) -> None:
    whole = '{"segments": []}'
    stub.always(stub.finished("cut", whole))

    with pytest.raises(providers.ReplyCut):
        caller.ask_structured(SYSTEM, USER, Corrections)


def test_a_server_that_never_answers_is_given_up_after_the_timeout_of_each_attempt(
    choice: ModelChoice, stub: ProviderStub, fake_time: FakeTime
) -> None:
    stub.always(stub.unanswered())
    caller = ChatCaller(choice, timing=fake_time.timing(), timeout_seconds=0.2)

    with pytest.raises(providers.ProviderUnavailable, match="did not answer in time"):
        caller.ask_text(SYSTEM, "Summarise.")

    assert stub.call_count == 5


def test_a_server_that_is_not_there_is_named_with_its_address(fake_time: FakeTime) -> None:
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", None, "http://127.0.0.1:9/v1", KEY)

    with pytest.raises(providers.ProviderUnavailable, match=r"http://127\.0\.0\.1:9/v1 cannot be"):
        ChatCaller(choice, timing=fake_time.timing()).ask_text(SYSTEM, "Summarise.")

    assert len(fake_time.waits) == 4


def test_a_server_that_speaks_the_protocol_badly_is_unavailable(
    openai_caller: ChatCaller, openai_stub: OpenAIStub
) -> None:
    openai_stub.always(openai_stub.without_choices())

    with pytest.raises(providers.ProviderUnavailable, match="base_url"):
        openai_caller.ask_text(SYSTEM, "Summarise.")


# --- waiting ---------------------------------------------------------------------------------


def test_without_a_word_from_the_server_the_waits_grow_and_vary(
    openai_caller: ChatCaller, openai_stub: OpenAIStub, fake_time: FakeTime
) -> None:
    openai_stub.always(openai_stub.server_error())

    with pytest.raises(providers.ProviderUnavailable):
        openai_caller.ask_text(SYSTEM, "Summarise.")

    for wait, at_least in zip(fake_time.waits, [0.5, 1, 2, 4], strict=True):
        assert at_least <= wait <= at_least + 0.5
    assert len({wait % 0.5 for wait in fake_time.waits}) > 1


STARTED_AT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": format_datetime(STARTED_AT.replace(second=20), usegmt=True)}, 20.0),
        ({"retry-after": "3600"}, LONGEST_WAIT_SECONDS),
    ],
)
@pytest.mark.parametrize("trap", ["rate_limited", "server_error"])
def test_retry_after_is_obeyed_within_the_cap(
    openai_stub: OpenAIStub, headers: dict[str, str], seconds: float, trap: str
) -> None:
    fake_time = FakeTime(STARTED_AT.timestamp())
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", 0.3, openai_stub.base_url, KEY)
    caller = ChatCaller(choice, timing=fake_time.timing())
    openai_stub.next(getattr(openai_stub, trap)(headers=headers))

    caller.ask_text(SYSTEM, "Summarise.")

    assert fake_time.waits == [pytest.approx(seconds)]


def test_answers_let_the_calls_after_a_rate_limit_follow_each_other_faster(
    openai_caller: ChatCaller, openai_stub: OpenAIStub, fake_time: FakeTime
) -> None:
    openai_stub.next(openai_stub.rate_limited({"retry-after": "30"}))

    for _ in range(25):
        openai_caller.ask_text(SYSTEM, "Summarise.")

    # Nothing but the waits moves this clock: the spacing after the hold goes down to nothing.
    spacings = fake_time.waits[1:]
    assert spacings[0] > spacings[-1] > 0
    assert len(spacings) < 24


def test_a_rate_limit_holds_back_the_other_threads_too(openai_stub: OpenAIStub) -> None:
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", 0.3, openai_stub.base_url, KEY)
    openai_stub.next(openai_stub.rate_limited({"retry-after": "30"}))
    with ThreadPoolExecutor(2) as threads, HeldTime() as time:
        caller = ChatCaller(choice, timing=time.timing())
        limited = threads.submit(caller.ask_text, SYSTEM, "one")
        assert time.begun.get(timeout=20) == 30
        other = threads.submit(caller.ask_text, SYSTEM, "two")

        assert time.begun.get(timeout=20) == 30
        assert openai_stub.call_count == 1

        time.pass_time(30)
        # The calls after a rate limit go out one by one.
        time.pass_time(time.begun.get(timeout=20))

        assert limited.result(20).value == other.result(20).value == openai_stub.text
    assert openai_stub.call_count == 3


def test_a_call_that_gives_up_at_a_rate_limit_still_holds_back_the_next(
    openai_stub: OpenAIStub,
) -> None:
    fake_time = FakeTime(STARTED_AT.timestamp())
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", 0.3, openai_stub.base_url, KEY)
    caller = ChatCaller(choice, timing=fake_time.timing(), max_attempts=1)
    openai_stub.next(openai_stub.rate_limited({"retry-after": "30"}))

    with pytest.raises(providers.RateLimited):
        caller.ask_text(SYSTEM, "one")
    caller.ask_text(SYSTEM, "two")

    assert fake_time.waits == [pytest.approx(30)]


def test_one_line_is_logged_for_each_wait(
    openai_caller: ChatCaller, openai_stub: OpenAIStub, caplog: pytest.LogCaptureFixture
) -> None:
    openai_stub.next(openai_stub.rate_limited({"retry-after": "2"}), openai_stub.server_error())

    openai_caller.ask_text(SYSTEM, "Summarise.")

    lines = [record.getMessage() for record in caplog.records if record.name == "lectern.llm"]
    assert len(lines) == 2
    assert "Attempt 1 of 5" in lines[0]
    assert "again in 2.0 s" in lines[0]


# --- stopping --------------------------------------------------------------------------------


def test_stopping_wakes_a_waiting_thread_and_sends_no_further_call(
    openai_stub: OpenAIStub,
) -> None:
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", 0.3, openai_stub.base_url, KEY)
    caller = ChatCaller(choice)
    arrived = threading.Event()
    limited = openai_stub.rate_limited({"retry-after": "60"})

    def respond(received: Received) -> Response:
        arrived.set()
        return limited(received)

    openai_stub.always(respond)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(caller.ask_text, SYSTEM, "one")
        assert arrived.wait(20)

        caller.stop()

        with pytest.raises(providers.CallsStopped):
            waiting.result(timeout=20)
    with pytest.raises(providers.CallsStopped):
        caller.ask_text(SYSTEM, "two")
    assert openai_stub.call_count == 1


@pytest.mark.parametrize("trap", ["bad_key", "unknown_model", "exhausted"])
def test_what_no_call_can_get_past_stops_those_that_wait(
    openai_stub: OpenAIStub, trap: str
) -> None:
    choice = ModelChoice(Provider.OPENAI, "gpt-4o", 0.3, openai_stub.base_url, KEY)
    openai_stub.next(openai_stub.server_error(), getattr(openai_stub, trap)())
    with ThreadPoolExecutor(1) as threads, HeldTime() as time:
        caller = ChatCaller(choice, timing=time.timing())
        waiting = threads.submit(caller.ask_text, SYSTEM, "one")
        time.begun.get(timeout=20)

        with pytest.raises(NOT_ASKED_AGAIN[trap]):
            caller.ask_text(SYSTEM, "two")

        with pytest.raises(providers.CallsStopped):
            waiting.result(timeout=20)
    assert openai_stub.call_count == 2


@pytest.mark.parametrize("trap", ["context_too_long", "cut", "refused", "malformed"])
def test_what_concerns_one_text_alone_leaves_the_other_calls_be(
    caller: ChatCaller, stub: ProviderStub, trap: str
) -> None:
    stub.next(*[getattr(stub, trap)()] * (2 if trap == "malformed" else 1))
    with pytest.raises(providers.ProviderError):
        caller.ask_structured(SYSTEM, USER, Corrections)

    assert caller.ask_structured(SYSTEM, USER, Corrections).value.segments


# --- secrets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trap", [*ASKED_AGAIN, *NOT_ASKED_AGAIN, "malformed"])
def test_the_key_stands_in_no_error_trace_or_log(
    caller: ChatCaller, stub: ProviderStub, caplog: pytest.LogCaptureFixture, trap: str
) -> None:
    caplog.set_level(logging.INFO)
    stub.always(getattr(stub, trap)())

    with pytest.raises(providers.ProviderError) as raised:
        caller.ask_structured(SYSTEM, USER, Corrections)

    written = "".join(traceback.format_exception(raised.value)) + caplog.text
    assert stub.received[0].key == KEY
    assert KEY not in written
    assert KEY[:12] not in written


def test_no_transcript_goes_to_a_tracing_service(openai_stub: OpenAIStub) -> None:
    script = f"""
from backend.config.settings import Provider
from backend.llm.calls import ChatCaller
from backend.llm.provider import ModelChoice
from langchain_core.tracers.langchain import wait_for_all_tracers
choice = ModelChoice(Provider.OPENAI, "gpt-4o", None, {openai_stub.base_url!r}, "key")
ChatCaller(choice).ask_text("s", "u")
wait_for_all_tracers()
"""
    with HTTPServer() as tracing_service:
        elsewhere = tracing_service.url_for("/")
        switched_on = {
            "LANGSMITH_TRACING": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_API_KEY": "lsv2_x",
            "LANGSMITH_ENDPOINT": elsewhere,
            "LANGSMITH_GATEWAY": elsewhere,
            "OPENAI_API_BASE": elsewhere,
            "OPENAI_BASE_URL": elsewhere,
        }
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, **switched_on}, check=True
        )

        assert tracing_service.log == []
    assert openai_stub.call_count == 1


def test_importing_the_calls_loads_no_model_library() -> None:
    heavy = ("langchain", "openai", "anthropic", "httpx", "httpx2", "langsmith")
    script = (
        "import sys, backend.llm.calls, backend.llm.ledger; "
        "print(*{name.partition('.')[0].partition('_')[0] for name in sys.modules})"
    )

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert not set(heavy) & set(loaded.stdout.decode().split())
