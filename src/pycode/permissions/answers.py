"""What the user said "always" to, kept for each project by itself: an answer given in one checkout means nothing in another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pycode.core.errors import StorageError, UsageError
from pycode.permissions.keeping import why_not_kept
from pycode.permissions.rules import Rule

_VERSION = 1


class Answers:
    """The stored answers of one project.

    Args:
        path: The project's file, or None to keep them in memory only.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._memory: list[Rule] = []

    def rules(self) -> list[Rule]:
        """Return the answers as rules, oldest first.

        Raises:
            StorageError: The file cannot be read or is broken.
        """
        if self._path is None:
            return list(self._memory)
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(
                f"the stored answers in {self._path} cannot be read ({error}); remove the file to be asked again"
            ) from error
        # A file may have been written by hand, or by a version that kept more.
        return [rule for rule in _parsed(text, self._path) if why_not_kept(rule) is None]

    def add(self, permission: str, pattern: str) -> None:
        """Allow a pattern from now on; one that is there already is not added again.

        Raises:
            UsageError: It is one that must not be kept: it would allow more than it seems to.
            StorageError: The file is broken or cannot be written.
        """
        rule = Rule(permission, pattern, "allow", "answer")
        reason = why_not_kept(rule)
        if reason is not None:
            raise UsageError(
                f"'{rule}' cannot be kept: {reason}; to allow it all the same, write it into your own config.yaml"
            )
        self._change(rule, present=True)

    def remove(self, permission: str, pattern: str) -> bool:
        """Take an answer back and return whether there was one.

        Raises:
            StorageError: The file is broken or cannot be written.
        """
        return self._change(Rule(permission, pattern, "allow", "answer"), present=False)

    def _change(self, rule: Rule, *, present: bool) -> bool:
        if self._path is None:
            return _put(self._memory, rule, present=present)
        from pycode.system.files import atomic_write
        from pycode.system.locks import FileLock

        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock")):
                rules = self.rules()
                changed = _put(rules, rule, present=present)
                if changed:
                    atomic_write(self._path, _text(rules), mode=0o600)
        except OSError as error:
            raise StorageError(
                f"the answer cannot be kept in {self._path} ({error.strerror or error}); make its folder writable or set"
                " PYCODE_HOME to another one"
            ) from error
        return changed


def _put(rules: list[Rule], rule: Rule, *, present: bool) -> bool:
    """Add or remove a rule and return whether that changed anything."""
    if (rule in rules) == present:
        return False
    if present:
        rules.append(rule)
    else:
        rules.remove(rule)
    return True


def _text(rules: list[Rule]) -> bytes:
    answers = [{"permission": rule.permission, "pattern": rule.pattern} for rule in rules]
    data = {"v": _VERSION, "answers": answers}
    # ASCII escapes also carry a file name's lone surrogates.
    return (json.dumps(data, indent=1) + "\n").encode("ascii")


def _parsed(text: str, path: Path) -> list[Rule]:
    try:
        data: Any = json.loads(text)
        if data["v"] != _VERSION:
            raise ValueError(f"its version is {data['v']!r}")
        return [_rule(entry["permission"], entry["pattern"]) for entry in data["answers"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"the stored answers in {path} are broken; remove the file to be asked again"
        ) from error


def _rule(permission: object, pattern: object) -> Rule:
    if not isinstance(permission, str) or not isinstance(pattern, str) or not pattern:
        raise ValueError("an answer is a permission and a pattern")
    return Rule(permission, pattern, "allow", "answer")
