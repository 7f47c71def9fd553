"""`${NAME}` and `${NAME:default}` in the text of the user's own file; `$$` is a plain dollar."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FORM = re.compile(r"\$\$|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def has_variable(text: str) -> bool:
    """Return whether `text` asks for a variable."""
    return any(match[0] != "$$" for match in _FORM.finditer(text))


def expand(text: str, environ: Mapping[str, str]) -> str:
    """Return `text` with the values of the variables that it names. What they contain is not looked at again.

    A dollar that begins no such form stays. A variable that is set to nothing is set.

    Args:
        text: The text as it is in the file.
        environ: The environment variables.

    Raises:
        ValueError: A variable is not set and has no default, or a form has no end or no proper name. The message is the
            end of a sentence and holds nothing of the text but the variable's name.
    """
    return _FORM.sub(lambda match: _value(match, environ), text)


def _value(match: re.Match[str], environ: Mapping[str, str]) -> str:
    if match[0] == "$$":
        return "$"
    name, mark, default = match[1].partition(":")
    if not match[2] or not _NAME.fullmatch(name):
        raise ValueError(
            "${ must be followed by a variable's name and }; write $${ for the text ${"
        )
    if name in environ:
        return environ[name]
    if mark:
        return default
    raise ValueError(f"the variable {name} is not set; set it, or write ${{{name}:default}}")
