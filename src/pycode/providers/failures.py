"""Turns what a service answers, or that it does not answer, into PyCode's typed errors, each with one sentence.

A sentence says what failed, the service's own words (bounded, without control characters and keys) and what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pycode.core.data import Data
from pycode.core.errors import (
    AccessError,
    AuthenticationError,
    BadRequestError,
    ContentFilterError,
    ContextOverflowError,
    DeadlineError,
    ModelNotFoundError,
    NetworkError,
    OverloadedError,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimitError,
)
from pycode.providers.retries import in_words, retry_after

MAX_QUOTE = 300
"""The most characters of a service's own message in an error."""

_OVERFLOW = (
    r"prompt is too long|prompt too long|input is too long for requested model|exceeds the context window"
    r"|input token count.*exceeds the maximum|tokens in request more than max tokens allowed"
    r"|maximum prompt length is \d+|reduce the length of the messages|maximum context length is \d+"
    r"|exceeds the limit of \d+|exceeds the available context size|greater than the context length"
    r"|context window exceeds limit|exceeded model token limit|context[_ ]length[_ ]exceeded"
    r"|request entity too large|context length is only \d+ tokens|input length.*exceeds.*context length"
    r"|exceeded (max )?context length|too large for model with \d+ maximum context length"
    r"|model_context_window_exceeded|request_too_large"
)
_QUOTA = (
    r"insufficient_quota|insufficient (credits|funds|balance|quota)|credit balance|exceeded your current quota"
    r"|billing|payment required|requires more credits|used all available credits|run out of credits|arrearage"
)
_NO_MODEL = (
    r"model[_ ]not[_ ]found|not a valid model|invalid model|unknown model|no such model"
    r"|models/\S+ is not found|model\W.*(does not exist|not found|is not available)|^model: "
)
_BAD_KEY = r"api key not valid|api_key_invalid"
_FILTER = (
    r"content_filter|content_policy|content management policy|flagged by|data_?inspection_?failed"
)
_BAD_CALL = r"tool_use_failed|failed to call a function"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_KEY_LIKE = re.compile(r"\b(?:sk|gsk|xai|key|pk|rk)[-_][\w*.-]{6,}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Service(Data):
    """Whom errors speak of."""

    name: str
    """The provider's name."""
    url: str
    """The base URL in use, without anything secret."""
    key_variables: tuple[str, ...]
    """The environment variables that may hold the key."""
    secrets: tuple[str, ...]
    """What must never appear in an error."""
    has_key: bool
    """Whether a key is sent."""

    def __repr__(self) -> str:
        return f"Service({self.name!r}, {self.url!r})"

    def quote(self, text: object) -> str:
        """Return a service's words fit for an error: one bounded line without keys."""
        words = _CONTROL.sub(" ", str(text)).strip()
        for secret in self.secrets:
            words = words.replace(secret, "(key)")
        words = _KEY_LIKE.sub("(key)", words)
        return words if len(words) <= MAX_QUOTE else words[: MAX_QUOTE - 1] + "…"

    def advise_key(self) -> str:
        """Say where a key is set."""
        variable = self.key_variables[0] if self.key_variables else "the key"
        setting = f"providers.{self.name}.api_key in config.yaml"
        return f"{'check' if self.has_key else 'set'} {variable} or {setting}"


def response_error(
    service: Service, status: int, headers: Mapping[str, str], body: bytes, model: str
) -> ProviderError:
    """Return the error for an HTTP response that is not a success.

    Args:
        service: Whom was asked.
        status: The HTTP status.
        headers: The response's headers, names in lower case.
        body: The beginning of the response's body.
        model: The model that was asked.
    """
    text = body.decode("utf-8", "replace")
    kind, message = _read_error(text)
    details: dict[str, Any] = {
        "provider": service.name,
        "model": model,
        "status": status,
        "request_id": headers.get("request-id") or headers.get("x-request-id") or "",
        "retry_after": _first(retry_after(headers), _retry_delay(text)),
    }
    if 300 <= status < 400:
        target = service.quote(headers.get("location", "elsewhere"))
        return ProtocolError(
            f"{service.url} redirects to {target}: correct the base URL.", **details
        )
    if is_html(headers, text):
        return _page_error(service, status, details)
    if status == 404 and not _matches(_NO_MODEL, f"{message}\n{kind}"):
        return ProtocolError(
            f"{service.url} knows no such address (404{_said(service, message)}): "
            f"the base URL of {service.name} is probably wrong.",
            **details,
        )
    return failure(service, kind, message, details)


def failure(service: Service, kind: str, message: str, details: dict[str, Any]) -> ProviderError:
    """Return the error for what a service says about itself, in a response or inside a stream.

    Args:
        service: Whom was asked.
        kind: The service's name for the kind of error, may be empty.
        message: The service's message, may be empty.
        details: The error's fields; `status` decides where the words do not.
    """
    name, status, model = service.name, details.get("status"), details.get("model", "")
    said = f"({status or kind or 'error'}{_said(service, message)})"
    both = f"{kind}\n{message}"
    if status == 413 or _matches(_OVERFLOW, both):
        return ContextOverflowError(
            f"The request is larger than {name}'s {model} takes {said}: compact the session or begin a new one.",
            **details,
        )
    if status == 402 or _is_no_credit(both, details):
        return QuotaError(
            f"The account at {name} has no credit left {said}: add credit or use another provider.",
            **details,
        )
    if status == 404 or _matches(_NO_MODEL, both):
        return ModelNotFoundError(f"{name} has no model {model} {said}.", **details)
    if status == 401 or kind == "authentication_error" or _matches(_BAD_KEY, both):
        return AuthenticationError(
            (
                f"{service.url} does not accept the key {said}: {service.advise_key()}."
                if service.has_key
                else f"{service.url} wants a key {said}: {service.advise_key()}."
            ),
            **details,
        )
    if status == 403 or kind == "permission_error":
        return AccessError(
            f"{service.url} does not allow this with the key in use {said}: use another model, or {service.advise_key()}.",
            **details,
        )
    delay = details.get("retry_after")
    later = (
        f"wait {in_words(delay)} and try again" if delay and delay >= 1 else "wait and try again"
    )
    if status == 429 or kind.startswith("rate_limit"):
        return RateLimitError(f"{name} gets too many requests {said}: {later}.", **details)
    if _matches(_FILTER, both):
        return ContentFilterError(f"{name} refuses the content {said}.", **details)
    # Groq says 400 where it cannot read the call that its model wrote; the next one may be right.
    is_bad_call = _matches(_BAD_CALL, both)
    if is_bad_call or status in (408, 409) or (status or 500) >= 500 or kind == "overloaded_error":
        what = (
            f"cannot read the call that {model} wrote" if is_bad_call else "is overloaded or broken"
        )
        return OverloadedError(f"{name} {what} {said}: {later}.", **details)
    return BadRequestError(f"{name} does not accept the request {said}.", **details)


def stream_error(service: Service, error: Any, model: str) -> ProviderError:
    """Return the error for an error object inside a stream.

    Args:
        service: Whom was asked.
        error: What the service sent: an object with `type`, `code`, `message`, or a text.
        model: The model that was asked.
    """
    kind, message = _describe(error)
    fields = error if isinstance(error, dict) else {}
    codes = [str(fields.get(key)) for key in ("status_code", "code")]
    status = next((int(code) for code in codes if re.fullmatch("[45][0-9][0-9]", code)), None)
    if status is None:
        # Whatever else breaks a stream is the service's own failure.
        known = {"not_found_error": 404, "request_too_large": 413}
        status = known.get(kind, 400 if kind.startswith("invalid_") else None)
    return failure(
        service, kind, message, {"provider": service.name, "model": model, "status": status}
    )


def connection_error(service: Service, error: Exception, model: str) -> NetworkError:
    """Return the error for a connection that could not be made."""
    reason = service.quote(error) or type(error).__name__
    if "certificate" in reason.lower():
        advice = (
            "if a proxy of your own signs connections, name its certificate: "
            f"providers.{service.name}.ca_file in ~/.pycode/config.yaml, or SSL_CERT_FILE"
        )
    elif is_loopback(service.url):
        advice = "start the server there, or correct the base URL"
    else:
        advice = "check the network, the proxy and the base URL"
    return NetworkError(
        f"Cannot connect to {service.url} ({reason}): {advice}.", provider=service.name, model=model
    )


def broken_connection(service: Service, reason: str, model: str) -> NetworkError:
    """Return the error for a connection that was made and then broke."""
    return NetworkError(
        f"The connection to {service.url} broke ({service.quote(reason)}): try again.",
        provider=service.name,
        model=model,
    )


def too_late(service: Service, seconds: float, model: str) -> DeadlineError:
    """Return the error for a service that sent nothing for so many seconds."""
    return DeadlineError(
        f"{service.name} sent nothing for {in_words(seconds)}: try again, or set a longer limit "
        f"under timeouts in config.yaml.",
        provider=service.name,
        model=model,
    )


def not_a_stream(service: Service, content_type: str, text: str, model: str) -> ProtocolError:
    """Return the error for a success that holds something else than a stream of events."""
    is_page = is_html({"content-type": content_type}, text)
    what = "a web page" if is_page else service.quote(content_type) or "something else"
    return ProtocolError(
        f"{service.url} answers with {what} instead of a model's answer: the base URL of {service.name} is probably wrong.",
        provider=service.name,
        model=model,
    )


def is_html(headers: Mapping[str, str], text: str) -> bool:
    """Return whether a response is a web page."""
    start = text.lstrip("\ufeff \t\r\n")[:15].lower()
    return "text/html" in headers.get("content-type", "") or start.startswith(
        ("<!doctype", "<html")
    )


def is_loopback(url: str) -> bool:
    """Return whether a URL points to this machine."""
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    return (
        host == "localhost"
        or host.endswith(".localhost")
        or host == "::1"
        or host.startswith("127.")
    )


def _page_error(service: Service, status: int, details: dict[str, Any]) -> ProviderError:
    if status == 429:
        return RateLimitError(
            f"{service.name} gets too many requests ({status}, a web page from a gateway): wait and try again.",
            **details,
        )
    if status == 408 or status >= 500:
        return OverloadedError(
            f"{service.name} is overloaded or broken ({status}, a web page from a gateway): try again later.",
            **details,
        )
    if status in (401, 403):
        return AccessError(
            f"{service.url} refuses the connection with a web page ({status}): check the network, the proxy and the base URL.",
            **details,
        )
    return ProtocolError(
        f"{service.url} answers with a web page ({status}) instead of JSON: the base URL of {service.name} is probably wrong.",
        **details,
    )


def _is_no_credit(words: str, details: dict[str, Any]) -> bool:
    if details.get("status") == 401 or not _matches(_QUOTA, words):
        return False
    # Google says "quota" of what it allows in a minute too, and then how long to wait.
    return not details.get("retry_after") or _matches(r"insufficient_quota|billing_hard", words)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _retry_delay(text: str) -> float | None:
    """Return how many seconds Google asks to wait: it says so in the body."""
    match = re.search(r'"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"', text)
    return float(match[1]) if match else None


def _read_error(text: str) -> tuple[str, str]:
    """Return the kind and the message in an error's body."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return "", text
    if isinstance(data, list) and data:
        data = data[0]
    if isinstance(data, dict):
        return _describe(data.get("error") or data)
    return "", text


def _describe(error: Any) -> tuple[str, str]:
    if not isinstance(error, dict):
        return "", str(error)
    # The more telling name first: OpenAI says type "invalid_request_error" beside code "context_length_exceeded".
    said = (error.get("code"), error.get("type"), error.get("status"))
    names = [name for name in said if isinstance(name, str)]
    message = error.get("message") or error.get("detail") or ""
    metadata = error.get("metadata")
    if isinstance(metadata, dict) and metadata.get("raw"):
        message = f"{message}: {metadata['raw']}"
    return next((name for name in names if name and not name.isdigit()), ""), str(message)


def _said(service: Service, message: str) -> str:
    words = service.quote(message)
    return f": {words.rstrip('.')}" if words else ""


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE | re.MULTILINE) is not None
