"""What services say, turned into typed errors of one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from pycode.core.errors import (
    AccessError,
    AuthenticationError,
    BadRequestError,
    ContentFilterError,
    ContextOverflowError,
    ModelNotFoundError,
    OverloadedError,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimitError,
)
from pycode.providers.failures import Service, is_loopback, response_error
from pycode.providers.retries import in_words

ANTHROPIC = Service(
    "anthropic", "https://api.anthropic.com", ("ANTHROPIC_API_KEY",), ("k" * 20,), True
)
KEYLESS = Service("openai", "https://api.openai.com/v1", ("OPENAI_API_KEY",), (), False)


def error(
    status: int,
    body: Any,
    service: Service = ANTHROPIC,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> ProviderError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return response_error(service, status, headers, raw, "m1")


def said(message: str, **fields: Any) -> dict[str, Any]:
    return {"type": "error", "error": {"message": message, **fields}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, said("invalid x-api-key", type="authentication_error"), AuthenticationError),
        (403, said("no", type="permission_error"), AccessError),
        (400, said("Your credit balance is too low to access the Anthropic API."), QuotaError),
        (429, said("quota", code="insufficient_quota"), QuotaError),
        (402, said("This request requires more credits"), QuotaError),
        (429, said("Rate limit reached", type="rate_limit_error"), RateLimitError),
        (529, said("Overloaded", type="overloaded_error"), OverloadedError),
        (503, b"", OverloadedError),
        (404, said("model: claude-x", type="not_found_error"), ModelNotFoundError),
        (404, said("The model `gpt-x` does not exist", code="model_not_found"), ModelNotFoundError),
        (404, said('model "x" not found, try pulling it first'), ModelNotFoundError),
        (400, said("x is not a valid model ID", code=400), ModelNotFoundError),
        (404, {"detail": "Not Found"}, ProtocolError),
        (404, b"404 page not found", ProtocolError),
        (400, said("x", code="context_length_exceeded"), ContextOverflowError),
        (400, said("This model's maximum context length is 8192 tokens"), ContextOverflowError),
        (400, said("prompt is too long: 210000 tokens > 200000 maximum"), ContextOverflowError),
        (413, said("x", type="request_too_large"), ContextOverflowError),
        (400, said("x", code="content_filter"), ContentFilterError),
        (400, said("messages.1: `tool_use` ids were found"), BadRequestError),
        (422, [{"error": {"message": "x"}}], BadRequestError),
        (400, b"\xff\xfe", BadRequestError),
        (400, {"error": "plain"}, BadRequestError),
        (400, {"error": {"message": None}}, BadRequestError),
        (400, "text", BadRequestError),
        (400, b"[" * 60_000, BadRequestError),
        (403, {"error": "Your team has used all available credits"}, QuotaError),
        (400, said("Access denied", code="Arrearage"), QuotaError),
        (400, said("x", code="data_inspection_failed"), ContentFilterError),
        (400, said("<400> InternalError.Algo.DataInspectionFailed: no"), ContentFilterError),
        (400, said("Failed to call a function.", code="tool_use_failed"), OverloadedError),
        (307, b"", ProtocolError),
        (502, b"<html>bad gateway</html>", OverloadedError),
        (408, b"<html>too slow</html>", OverloadedError),
        (429, b"<!DOCTYPE html><title>Error 1015</title>", RateLimitError),
    ],
)
def test_kinds(status: int, body: Any, kind: type[ProviderError]) -> None:
    found = error(status, body)
    assert type(found) is kind
    assert (found.status, found.provider, found.model) == (status, "anthropic", "m1")
    assert str(found).endswith(".")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            error(401, said("invalid x-api-key")),
            (
                "https://api.anthropic.com does not accept the key (401: invalid x-api-key): "
                "check ANTHROPIC_API_KEY or providers.anthropic.api_key in config.yaml."
            ),
        ),
        (
            error(401, said("Missing bearer."), KEYLESS),
            (
                "https://api.openai.com/v1 wants a key (401: Missing bearer): "
                "set OPENAI_API_KEY or providers.openai.api_key in config.yaml."
            ),
        ),
        (
            error(429, said("slow down"), headers={"retry-after": "7"}),
            "anthropic gets too many requests (429: slow down): wait 7 seconds and try again.",
        ),
        (
            error(404, said("model: m1", type="not_found_error")),
            "anthropic has no model m1 (404: model: m1).",
        ),
        (
            error(400, said("key kkkkkkkkkkkkkkkkkkkk and sk-ant-api03-abc_def are wrong")),
            "anthropic does not accept the request (400: key (key) and (key) are wrong).",
        ),
    ],
)
def test_sentences(found: Exception, sentence: str) -> None:
    assert str(found) == sentence


def test_the_services_own_id() -> None:
    assert error(500, b"", headers={"request-id": "req_1"}).request_id == "req_1"
    assert error(500, b"", headers={"x-request-id": "req_2"}).request_id == "req_2"


def test_more_words_behind_a_gateway() -> None:
    body = {"error": {"message": "Provider returned error", "metadata": {"raw": "too hot"}}}
    assert "Provider returned error: too hot" in str(error(400, body))


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:8000/v1", True),
        ("http://models.localhost", True),
        ("https://api.openai.com", False),
        ("http://localhost.evil.com", False),
        ("http://10.0.0.1", False),
        ("nothing", False),
    ],
)
def test_this_machine(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_time_spans() -> None:
    spans = {
        0.5: "0.5 seconds",
        1: "1 second",
        90: "90 seconds",
        300: "5 minutes",
        10_000: "3 hours",
    }
    assert {seconds: in_words(seconds) for seconds in spans} == spans


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (
            "You exceeded your current quota, please check your plan and billing details.",
            QuotaError,
        ),
        ("Resource has been exhausted (e.g. check quota).", RateLimitError),
    ],
)
@pytest.mark.parametrize("delay", ["17s", "0.5s", None])
def test_google_says_in_the_body_how_long_to_wait(
    words: str, kind: type[ProviderError], delay: str | None
) -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": words, "details": details}
    found = response_error(ANTHROPIC, 429, {}, json.dumps({"error": error}).encode(), "m")
    # What passes by waiting is no lack of credit, whatever it is called.
    assert type(found) is (kind if delay is None else RateLimitError)
    assert found.retry_after == (float(delay.removesuffix("s")) if delay else None)


def test_a_key_that_google_does_not_know() -> None:
    error = {"code": 400, "status": "INVALID_ARGUMENT", "message": "API key not valid."}
    found = response_error(ANTHROPIC, 400, {}, json.dumps({"error": error}).encode(), "m")
    assert isinstance(found, AuthenticationError)


def test_a_model_that_google_does_not_have() -> None:
    words = "models/x is not found for API version v1beta"
    body = json.dumps({"error": {"code": 404, "status": "NOT_FOUND", "message": words}})
    assert isinstance(response_error(ANTHROPIC, 404, {}, body.encode(), "x"), ModelNotFoundError)
