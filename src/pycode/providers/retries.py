"""When a failed request is sent again, and after how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pycode.core.data import Data
from pycode.core.errors import ProviderError, QuotaError

MAX_RETRIES = 4
"""Tries after the first."""
MAX_WAIT = 60.0
"""The longest wait that a service may ask for, in seconds; past it the request fails at once."""
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 8.0


class Refusal(Exception):  # noqa: N818 - a carrier inside the transport, never seen outside
    """A try that failed, with what is known about trying again."""

    def __init__(self, error: ProviderError, retry: bool | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry = retry
        """Whether to try again, where the service or the kind of failure says so."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RetryPolicy(Data):
    """How often and how patiently a request is sent again."""

    max_retries: int = MAX_RETRIES
    """Tries after the first."""
    max_retry_wait: float = MAX_WAIT
    """The longest wait that a service may ask for, in seconds; past it the request fails at once."""


def retry_wait(
    refusal: Refusal, attempt: int, policy: RetryPolicy, random: Callable[[], float]
) -> float | None:
    """Return the seconds to wait before the next try, or None when there is none.

    Args:
        refusal: What failed.
        attempt: Which try it was, from 1.
        policy: How often and how long.
        random: A source of numbers from 0 to 1.
    """
    error = refusal.error
    again = error.retryable if refusal.retry is None else refusal.retry
    if not again or isinstance(error, QuotaError) or attempt > policy.max_retries:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= policy.max_retry_wait else None
    wait = min(_FIRST_WAIT * 2.0 ** (attempt - 1), _LONGEST_WAIT)
    return wait * (1 - 0.25 * random())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a response asks to wait, or None.

    Args:
        headers: The response's headers, names in lower case.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    return seconds if seconds is not None or text is None else _seconds_until(text)


def should_retry(headers: Mapping[str, str]) -> bool | None:
    """Return what the service itself says about trying again, or None."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())


def jitter() -> float:
    """Return a number from 0 to 1 that differs between processes."""
    from random import random

    return random()  # noqa: S311 - spreads retries, protects nothing


def in_words(seconds: float) -> str:
    """Return a time span as people say it."""
    if seconds < 120:
        number = round(seconds, 1) if seconds < 10 else round(seconds)
        return "1 second" if number == 1 else f"{number:g} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None


def _seconds_until(text: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())
