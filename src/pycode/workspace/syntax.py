"""Whether a text is what its name says: Python, JSON, TOML, YAML. Nothing of it is run."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import PurePath

MAX_CHARACTERS = 300_000
"""Longer texts are not checked: it would take longer than the edit."""


def newly_broken(name: str, before: str | None, after: str) -> str | None:
    """Return what is wrong with a text that was right before, None when it is right, was wrong already, or nobody knows.

    Args:
        name: The file's name; its suffix says what the text should be.
        before: The text before, None for a new file.
        after: The text now.
    """
    problem = syntax_problem(name, after)
    if problem is None or (before and syntax_problem(name, before) is not None):
        return None
    return problem


def syntax_problem(name: str, text: str) -> str | None:
    """Return what is wrong with a text, with its line; None when it is right or its kind is not known.

    Args:
        name: The file's name; its suffix says what the text should be.
        text: The text.
    """
    check = _CHECKS.get(PurePath(name).suffix.lower())
    if check is None or len(text) > MAX_CHARACTERS:
        return None
    return check(text)


def _python(text: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # All of the compiler but running: it also finds a `return` outside of a function, which a wrong indentation makes.
            compile(text, "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        version = ".".join(map(str, sys.version_info[:2]))
        return f"{where}{error.msg} (Python {version})"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return str(error) if type(error) is ValueError else None  # else it is too deep to say
    return None


def _json(text: str) -> str | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}: {error.msg} (JSON)"
    except (RecursionError, ValueError):  # too deep, or a number with too many digits: still JSON
        return None
    return None


def _toml(text: str) -> str | None:
    import tomllib

    try:
        tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        return f"{error} (TOML)"
    except RecursionError:
        return None
    return None


def _yaml(text: str) -> str | None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for _ in yaml.parse(text, Loader=loader):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}: " if mark is not None else ""
        return f"{where}{error.problem} (YAML)"
    except yaml.YAMLError as error:
        return f"{str(error).splitlines()[0]} (YAML)"
    except RecursionError:
        return None
    return None


_CHECKS: dict[str, Callable[[str], str | None]] = {
    ".py": _python,
    ".pyi": _python,
    ".json": _json,
    ".ipynb": _json,
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
}
