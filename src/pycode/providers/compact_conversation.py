"""What is known of a conversation with a small model: what it read, what was changed since the request, and what failed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pycode.providers.compact import asks_for_fix, badness

_ESCAPED = re.compile(r"\\([\\^$.|?*+()\[\]{}])")
_NUMBERED = re.compile(r"^\d+\t(.*)$", re.MULTILINE)
_HIT = re.compile(r"^\d+[:-] ?(.*)$")


@dataclass(slots=True)
class Conversation:
    """What a small model is sent."""

    files: Sequence[str] = ()
    """The project's files."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    """Neutral messages that hold nothing but text."""
    texts: dict[str, list[str]] = field(default_factory=dict)
    """The lines of the files that the model has read or made, as far as it has seen them."""
    request: str = ""
    """What the user asked for last."""
    tries: int = 0
    """How many steps since then were not done, and are not shown."""
    failed: str | None = None
    """The command that failed last since then, and has not run well after that."""
    ran: tuple[str, str] | None = None
    """The last command since then, and its output."""
    looked: bool = False
    """Whether anything was looked at or run since then."""
    fresh: set[str] = field(default_factory=set)
    """The files that the model has read as they are now."""
    changes: dict[str, int] = field(default_factory=dict)
    """The files that were changed since then, and how often."""
    edits: list[tuple[str, str, str]] = field(default_factory=list)
    """The changes: the file, what stood there, and what stands there now."""
    checked: bool = False
    """Whether a command ran after the last change."""
    reminded: bool = False
    """Whether an answer was sent back since then."""
    attempted: set[tuple[str, ...]] = field(default_factory=set)
    """The calls since then, done or not, as their tool and the texts of their arguments."""
    found: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """What was searched for to the lines that it was found in, by file."""

    def begin(self, request: str) -> None:
        """Take in a new request."""
        self.request, self.tries, self.failed, self.ran = request, 0, None, None
        self.looked = self.checked = self.reminded = False
        self.changes, self.edits, self.attempted = {}, [], set()

    @property
    def again(self) -> int:
        """How many tries came to nothing: steps that were not done, and changes behind which a command fails."""
        return self.tries + (sum(self.changes.values()) if self.failed is not None else 0)

    @property
    def fixes(self) -> bool:
        """Whether code is to be fixed."""
        return asks_for_fix(self.request)


def note(made: Conversation, call: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Take in what a call tells of a file's lines, or does to them, and whether a command failed.

    Args:
        made: The conversation so far.
        call: The call.
        result: Its result.
    """
    arguments, output = call["arguments"], result["content"]
    made.looked = True
    if call["name"] == "bash":
        command = str(arguments.get("command"))
        made.ran, made.checked = (command, output), True
        if badness(command, output):
            made.failed = command
        elif command == made.failed:
            made.failed = None
    elif call["name"] == "grep":
        made.found[unescaped(str(arguments.get("pattern")))] = _hits(output)
    path = arguments.get("file_path")
    if not isinstance(path, str) or result["is_error"]:
        return
    texts = made.texts
    if call["name"] == "read":
        texts[path] = _NUMBERED.findall(output)
        made.fresh.add(path)
    elif call["name"] == "write":
        content = str(arguments.get("content", ""))
        _changed(made, path, "", content)
        texts[path] = content.splitlines()
    elif call["name"] == "edit" and path in texts:
        old, new = str(arguments.get("old_string", "")), str(arguments.get("new_string", ""))
        _changed(made, path, old, new)
        text = "\n".join(texts[path])
        texts[path] = text.replace(old, new).split("\n") if old else texts[path]


def unescaped(text: str) -> str:
    """Return a text that was made a regular expression as it was before.

    Args:
        text: The regular expression.
    """
    return _ESCAPED.sub(r"\1", text)


def _changed(made: Conversation, path: str, old: str, new: str) -> None:
    made.fresh.discard(path)
    made.checked = False
    made.changes[path] = made.changes.get(path, 0) + 1
    made.edits.append((path, old, new))


def _hits(output: str) -> dict[str, list[str]]:
    """Return the lines that a search found, by file."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in output.split("\n"):
        hit = _HIT.match(line)
        if hit is not None:
            lines.append(hit[1])
        elif line.strip() and not line.startswith("["):
            lines = found.setdefault(line.strip(), [])
    return {path: lines for path, lines in found.items() if lines}
