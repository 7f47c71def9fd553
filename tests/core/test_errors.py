"""The error tree: stable names, exit codes, and nothing raised that is not in it."""

from __future__ import annotations

import pytest

from pycode.core import errors
from pycode.core.errors import ProviderError, PyCodeError, exit_code_of


def tree(root: type[PyCodeError] = PyCodeError) -> list[type[PyCodeError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in tree(child))]


def test_codes_are_distinct() -> None:
    codes = [kind.code for kind in tree() if kind.__module__ == "pycode.core.errors"]
    assert len(set(codes)) == len(codes)


def test_the_drawing_shows_every_class() -> None:
    assert errors.__doc__ is not None
    drawn = {word for word in errors.__doc__.replace("│", " ").split() if word.endswith("Error")}
    made = {kind.__name__ for kind in tree() if kind.__module__ == "pycode.core.errors"}
    assert drawn == made


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("not-configured", 2),
        ("rate-limit", 5),
        ("deadline", 5),
        ("limit", 4),
        ("storage", 1),
        ("?", 1),
    ],
)
def test_exit_codes(code: str, exit_code: int) -> None:
    assert exit_code_of(code) == exit_code


def test_a_providers_error_says_who_and_what() -> None:
    error = ProviderError("no", provider="anthropic", model="m", status=400, request_id="req_1")
    assert (error.provider, error.model, error.status, error.request_id) == (
        "anthropic",
        "m",
        400,
        "req_1",
    )
    assert str(error) == "no"
