"""Takes known secrets out of what tools return, so that they reach neither the model nor the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pycode.tools.base import ToolResult

MASK = "[redacted]"
"""What stands in a secret's place."""
SHORTEST = 8
"""Shorter values are left alone: they also occur by chance."""


class Redactor:
    """Replaces secrets in results.

    Args:
        secrets: The values to take out.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        # Longest first: a secret may contain another.
        self._secrets = sorted({s for s in secrets if len(s) >= SHORTEST}, key=len, reverse=True)

    def result(self, result: ToolResult) -> ToolResult:
        """Return the result without the secrets."""
        if not self._secrets:
            return result
        return ToolResult(
            title=self.text(result.title),
            output=self.text(result.output),
            metadata=self._value(result.metadata),
            error=self.text(result.error) if result.error is not None else None,
        )

    def text(self, text: str) -> str:
        """Return a text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def _value(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self._value(item) for key, item in value.items()}
            case list():
                return [self._value(item) for item in value]
            case _:
                return value
