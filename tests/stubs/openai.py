"""A server that speaks OpenAI's chat completions and responses."""

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


class OpenAIStub(ProviderStub):
    path_prefix = "/v1"

    def wants_structure(self, received: Received) -> bool:
        text_format = received.body.get("text", {}).get("format", {})
        wanted = received.body.get("response_format") or text_format.get("schema")
        return bool(wanted or received.body.get("tools"))

    def structured(self, value: dict[str, Any]) -> Behaviour:
        return self.finished("done", json.dumps(value))

    def plain(self, text: str) -> Behaviour:
        return self.finished("done", text)

    def finished(self, how: str, content: Any = '{"segments": [{"id": 1, "te') -> Behaviour:
        def respond(received: Received) -> Response:
            if received.path.endswith("/responses"):
                return self.json_response(_response(received, how, content))
            return self.json_response(_completion(received, how, content))

        return respond

    def refused(self) -> Behaviour:
        return self.finished("refused")

    def filtered(self) -> Behaviour:
        """The provider's content filter ended the reply."""
        return self.finished("filtered")

    def without_choices(self) -> Behaviour:
        """As some servers that speak the protocol badly."""
        return lambda received: self.json_response({"id": "1", "choices": None})

    # --- errors -------------------------------------------------------------------------------

    def failed(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Behaviour:
        error = {"message": message, "type": kind, "param": None, "code": code}
        return lambda received: self.json_response({"error": error}, status, headers)

    def rate_limited(self, headers: Mapping[str, str] | None = None) -> Behaviour:
        message = "Rate limit reached for gpt-4o on requests per min (RPM)."
        return self.failed(
            429, message, kind="requests", code="rate_limit_exceeded", headers=headers
        )

    def server_error(
        self, status: int = 500, headers: Mapping[str, str] | None = None
    ) -> Behaviour:
        return self.failed(status, "The server had an error.", kind="server_error", headers=headers)

    def exhausted(self) -> Behaviour:
        message = "You exceeded your current quota, please check your plan and billing details."
        return self.failed(429, message, kind="insufficient_quota", code="insufficient_quota")

    def bad_key(self) -> Behaviour:
        def respond(received: Received) -> Response:
            message = f"Incorrect API key provided: {received.key}."
            return self.failed(401, message, code="invalid_api_key")(received)

        return respond

    def unknown_model(self) -> Behaviour:
        message = "The model `gpt-99` does not exist or you do not have access to it."
        return self.failed(404, message, code="model_not_found")

    def context_too_long(self) -> Behaviour:
        message = (
            "This model's maximum context length is 8192 tokens. However, your messages "
            "resulted in 9000 tokens."
        )
        return self.failed(400, message, code="context_length_exceeded")


def _completion(received: Received, how: str, content: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
    reason = {"cut": "length", "filtered": "content_filter"}.get(how, "stop")
    if how == "refused":
        message |= {"content": None, "refusal": "I cannot help with that."}
    elif tools := received.body.get("tools"):
        function = {"name": tools[0]["function"]["name"], "arguments": content}
        call = {"id": "call_1", "type": "function", "function": function}
        message |= {"content": None, "tool_calls": [call]}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": received.body["model"],
        "choices": [{"index": 0, "finish_reason": reason, "message": message}],
        "usage": {
            "prompt_tokens": INPUT_TOKENS,
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        },
    }


def _response(received: Received, how: str, content: Any) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "output_text", "text": content, "annotations": []}
    if how == "refused":
        part = {"type": "refusal", "refusal": "I cannot help with that."}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [part]}
    reason = {"cut": "max_output_tokens", "filtered": "content_filter"}.get(how)
    status = "incomplete" if reason else "completed"
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": received.body["model"],
        "status": status,
        "incomplete_details": {"reason": reason} if reason else None,
        "error": None,
        "output": [message | {"status": status}],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": INPUT_TOKENS,
            "output_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }
