"""Says how a turn ended, as Claude Code's `result`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pycode.cli.ends import ENDS
from pycode.cli.formats.tally import Tally, Totals
from pycode.core.errors import NotConfiguredError, ProviderError, error_class
from pycode.core.events import SessionError

_STATUS: Final[Mapping[str, int]] = {
    "authentication": 401,
    "access": 403,
    "model-not-found": 404,
    "rate-limit": 429,
    "bad-request": 400,
}
"""What a service answers with for an error of this code; the others have more than one."""
_KINDS: Final[Mapping[str, str]] = {
    "authentication": "authentication_failed",
    "access": "authentication_failed",
    "not-configured": "authentication_failed",
    "quota": "billing_error",
    "rate-limit": "rate_limit",
    "model-not-found": "invalid_request",
    "context-overflow": "invalid_request",
    "content-filter": "invalid_request",
    "bad-request": "invalid_request",
    "overloaded": "server_error",
    "protocol": "server_error",
}
_SENTENCES: Final[Mapping[str, str]] = {
    "length": "API Error: the answer was cut at the model's output limit",
    "content_filter": "API Error: the service stopped the answer, its content filter took offence",
}
_INTERRUPTED: Final = "Request interrupted by user"


@dataclass(slots=True)
class TurnEnd:
    """How a turn ended."""

    reason: str
    """As in `session.idle`."""
    detail: str = ""
    """With `limit`: which one."""
    answer: Any = None
    """The structured answer."""
    text: str = ""
    """What the model said last."""
    error: SessionError | None = None
    """What failed."""

    @property
    def kind(self) -> str:
        """What kind of failure it was, in Claude Code's words."""
        return _KINDS.get(self.error.code, "unknown") if self.error is not None else "unknown"


def is_model_failure(end: TurnEnd) -> bool:
    """Return whether the model's service is why a turn failed, or that there is none."""
    if end.reason != "error" or end.error is None:
        return False
    return issubclass(error_class(end.error.code), (ProviderError, NotConfiguredError))


def failure_text(end: TurnEnd) -> str:
    """Return what is said of a model's failure."""
    if end.error is None:
        return ""
    if end.error.code == NotConfiguredError.code:
        return end.error.message
    status = _STATUS.get(end.error.code)
    return f"API Error: {f'{status} ' if status else ''}{end.error.message}"


def result_of(
    end: TurnEnd,
    tally: Tally,
    totals: Totals,
    denials: Sequence[Mapping[str, Any]],
    seconds: float,
) -> dict[str, Any]:
    """Return the result of a turn, without the ids that every line has.

    Args:
        end: How it ended.
        tally: What it used.
        totals: What the process used.
        denials: The calls that were refused.
        seconds: How long it took.
    """
    result: dict[str, Any] = {
        "type": "result",
        **_outcome(end),
        "duration_ms": round(seconds * 1000),
        "duration_api_ms": tally.api_ms,
        "num_turns": tally.steps,
        "stop_reason": tally.stop_reason,
        "total_cost_usd": None if totals.unpriced else totals.cost,
        "usage": tally.to_claude(),
        "modelUsage": {name: dict(used) for name, used in totals.models.items()},
        "permission_denials": [dict(denial) for denial in denials],
        "pycode": {"reason": end.reason},
    }
    if end.answer is not None:
        result["structured_output"] = end.answer
    if end.error is not None:
        result["pycode"]["code"] = end.error.code
        if is_model_failure(end):
            result["api_error_status"] = _STATUS.get(end.error.code)
    return result


def is_good(result: Mapping[str, Any]) -> bool:
    """Return whether a result is what was wanted: the exit code is 0 then."""
    return not result["is_error"]


def _outcome(end: TurnEnd) -> dict[str, Any]:
    if end.reason == "done":
        text = end.text
        if end.answer is not None and not text:
            text = json.dumps(end.answer, ensure_ascii=False)
        return {"subtype": "success", "is_error": False, "result": text}
    if is_model_failure(end):
        return {"subtype": "success", "is_error": True, "result": failure_text(end)}
    if end.reason in _SENTENCES:
        text = "\n\n".join(part for part in (end.text, _SENTENCES[end.reason]) if part)
        return {"subtype": "success", "is_error": True, "result": text}
    if end.reason == "limit":
        return {**_limited(end.detail), "is_error": True}
    sentence = _INTERRUPTED if end.reason == "cancelled" else ENDS[end.reason].sentence
    if end.error is not None:
        sentence = end.error.message
    subtype = "error_during_execution"
    if end.reason == "no_answer":
        subtype = "error_max_structured_output_retries"
    return {"subtype": subtype, "is_error": True, "errors": [sentence]}


def _limited(detail: str) -> dict[str, Any]:
    """Return subtype and errors for a limit; its flag stands in the detail."""
    if "--max-steps" in detail:
        number = next(word for word in detail.split() if word.isdecimal())
        sentence = f"Reached maximum number of turns ({number})"
        return {"subtype": "error_max_turns", "errors": [sentence]}
    if "--max-cost" in detail:
        sentence = f"Reached maximum budget ({detail})"
        return {"subtype": "error_max_budget_usd", "errors": [sentence]}
    return {"subtype": "error_during_execution", "errors": [detail]}
