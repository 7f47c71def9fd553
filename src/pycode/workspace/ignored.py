"""Which folders of a project git ignores: nothing is discovered in them.

Only the project's own files are asked, `.gitignore` in each folder and `.git/info/exclude`. What is not certain counts as ignored.
"""

from __future__ import annotations

import re
from pathlib import Path

from pycode.permissions.patterns import match_path
from pycode.system.files import open_file

_LIMIT = 200_000
_CLASS = re.compile(r"(?<!\\)\[[^\]/]+\]")

_Rules = tuple[str, list[tuple[str, bool]]]
"""The folder that patterns begin at, and the patterns, each with whether it ignores."""


def is_ignored(folder: Path, root: Path) -> bool:
    """Return whether a folder is ignored, or lies in one that is.

    Args:
        folder: A real path in the project.
        root: The project's root, which is never ignored.
    """
    rules = [_rules(root / ".git" / "info" / "exclude", root), _rules(root / ".gitignore", root)]
    here = root
    for name in folder.relative_to(root).parts:
        here /= name
        if _last_says(rules, here):
            return True
        rules.append(_rules(here / ".gitignore", here))
    return False


def _last_says(rules: list[_Rules], folder: Path) -> bool:
    path = folder.as_posix()
    for base, patterns in reversed(rules):
        for pattern, ignores in reversed(patterns):
            if match_path(pattern, path, base, ""):
                return ignores
    return False


def _rules(file: Path, base: Path) -> _Rules:
    try:
        with open_file(file) as opened:
            text = opened.read(_LIMIT).decode("utf-8", "replace")
    except OSError:
        text = ""  # most folders have none
    found = [rule for line in text.splitlines() if (rule := _rule(line)) is not None]
    return base.as_posix(), found


def _rule(line: str) -> tuple[str, bool] | None:
    line = re.sub(r"(?<!\\)[ \t]+$", "", line)
    ignores = not line.startswith("!")
    pattern = _CLASS.sub("?", line.removeprefix("!").rstrip("/"))
    if not pattern or pattern.startswith("#"):
        return None
    if pattern.endswith("/**"):
        pattern += "/*"  # what is in the folder, not the folder
    pattern = re.sub(r"\\([^*?])", r"\1", pattern)
    # A slash makes it begin at this folder; a pattern of paths has no other beginning then.
    return (f"./{pattern.lstrip('/')}" if "/" in pattern else pattern), ignores
