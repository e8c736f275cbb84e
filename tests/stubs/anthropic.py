"""A server that speaks Anthropic's messages."""

import json
from collections.abc import Mapping
from typing import Any

from tests.stubs.llm_server import (
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    Behaviour,
    ProviderStub,
    Received,
    Response,
)


class AnthropicStub(ProviderStub):
    def wants_structure(self, received: Received) -> bool:
        config = received.body.get("output_config") or {}
        return bool(received.body.get("tools") or config.get("format"))

    def structured(self, value: dict[str, Any]) -> Behaviour:
        return self.finished("done", value)

    def plain(self, text: str) -> Behaviour:
        return self.finished("done", text)

    def finished(self, how: str, content: Any = '{"segments": [{"id": 1, "te') -> Behaviour:
        """`content` is a tool's input where it is a dict and a tool is there, else a text."""
        return lambda received: self.json_response(_message(received, how, content))

    def refused(self) -> Behaviour:
        return self.finished("refused", "")

    # --- errors -------------------------------------------------------------------------------

    def failed(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> Behaviour:
        body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
        return lambda received: self.json_response(body, status, headers)

    def rate_limited(self, headers: Mapping[str, str] | None = None) -> Behaviour:
        message = "This request would exceed your organization's rate limit."
        return self.failed(429, message, kind="rate_limit_error", headers=headers)

    def server_error(
        self, status: int = 500, headers: Mapping[str, str] | None = None
    ) -> Behaviour:
        return self.failed(status, "Internal server error", kind="api_error", headers=headers)

    def overloaded(self) -> Behaviour:
        return self.failed(529, "Overloaded", kind="overloaded_error")

    def exhausted(self) -> Behaviour:
        message = (
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & "
            "Billing to upgrade or purchase credits."
        )
        return self.failed(400, message)

    def billing_error(self) -> Behaviour:
        return self.failed(402, "There is an issue with your billing.", kind="billing_error")

    def bad_key(self) -> Behaviour:
        def respond(received: Received) -> Response:
            message = f"invalid x-api-key: {received.key}"
            return self.failed(401, message, kind="authentication_error")(received)

        return respond

    def unknown_model(self) -> Behaviour:
        return self.failed(404, "model: claude-99", kind="not_found_error")

    def context_too_long(self) -> Behaviour:
        return self.failed(400, "prompt is too long: 210000 tokens > 200000 maximum")


def _message(received: Received, how: str, content: Any) -> dict[str, Any]:
    blocks = [_block(received, content)] if content != "" else []
    reason = {"cut": "max_tokens", "refused": "refusal"}.get(how)
    ended_by = "tool_use" if blocks and blocks[0]["type"] == "tool_use" else "end_turn"
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": received.body["model"],
        "content": blocks,
        "stop_reason": reason or ended_by,
        "stop_sequence": None,
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }


def _block(received: Received, content: Any) -> dict[str, Any]:
    tools = received.body.get("tools")
    if isinstance(content, dict) and tools:
        return {"type": "tool_use", "id": "toolu_1", "name": tools[0]["name"], "input": content}
    return {"type": "text", "text": content if isinstance(content, str) else json.dumps(content)}
