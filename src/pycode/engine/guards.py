"""Guards around the calls of a small model: each wraps a call, as the steps of the toolchain do.

Each was seen to be needed. What they know of the turn is in `TurnFacts`, which the guard of the answer reads as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pycode.engine.excerpts import shorten_file, shorten_output
from pycode.providers.compact import (
    REFUSED,
    REPEATED,
    asks_for_fix,
    badness,
    is_test_file,
    is_test_run,
)
from pycode.system import files
from pycode.tools.base import ToolResult
from pycode.workspace.syntax import newly_broken

if TYPE_CHECKING:
    from pycode.engine.toolchain import Call, Guard, Step
    from pycode.providers.compact import Compact


@dataclass(slots=True)
class TurnFacts:
    """What happened in a turn."""

    request: str
    """What the user asked for."""
    changed: dict[str, None] = field(default_factory=dict)
    """The files that were changed, as the model named them."""
    acted: bool = False
    """Whether a command ran that may have changed something: tests do not."""
    tested: bool = False
    """Whether a command ran after the last change."""
    failed: str | None = None
    """The command that failed last, and has not run well since."""
    badness: int = 0
    """How badly it failed."""
    before: dict[Path, bytes | None] = field(default_factory=dict)
    """What stood in the files that were changed since that command ran."""
    calls: set[str] = field(default_factory=set)
    """The calls since the last change."""

    @property
    def fixes(self) -> bool:
        """Whether code is to be fixed, and so the tests are not to be touched."""
        return asks_for_fix(self.request)


def guards_for(compact: Compact, facts: TurnFacts) -> list[Guard]:
    """Return the guards of a profile, the outermost first.

    Args:
        compact: The profile; it names them.
        facts: What is known of the turn; the guards keep it.
    """
    known: dict[str, Callable[[], Guard]] = {
        "cut": lambda: CutResult(compact.output_limit, compact.file_limit),
        "repeat": lambda: NoRepeat(facts),
        "tests": lambda: KeepTests(facts),
        "undo": lambda: TakeBack(facts),
        "overwrite": NoOverwrite,
        "parse": KeepParsing,
    }
    chosen = [make() for name, make in known.items() if name in compact.guards]
    return [*chosen, Notes(facts)]


@dataclass(slots=True)
class CutResult:
    """Cuts results to what a small model can take in, and keeps the lines that matter."""

    output: int
    """The most characters of a result."""
    file: int
    """The most characters of a file that is read."""

    async def __call__(self, call: Call, chain: Step) -> ToolResult:
        """Return the call's result, cut."""
        result = await chain(call)
        if call.part.tool == "read" and result.error is None:
            return replace(result, output=shorten_file(result.output, self.file))
        # Every test's traceback has the whole path in it.
        here = f"{call.context.working_directory}{os.sep}"
        output = shorten_output(result.output.replace(here, ""), self.output)
        error = None if result.error is None else shorten_output(result.error, self.output)
        return replace(result, output=output, error=error)


@dataclass(slots=True)
class NoRepeat:
    """Does not run the same call again while nothing has changed."""

    facts: TurnFacts
    """What is known of the turn."""

    async def __call__(self, call: Call, chain: Step) -> ToolResult:
        """Return the call's result, or what to do instead."""
        key = call.part.tool + json.dumps(call.arguments, sort_keys=True)
        if key in self.facts.calls:
            return _refused(call, REPEATED)
        self.facts.calls.add(key)
        return await chain(call)


@dataclass(slots=True)
class KeepTests:
    """Leaves the tests alone when code is to be fixed."""

    facts: TurnFacts
    """What is known of the turn."""

    async def __call__(self, call: Call, chain: Step) -> ToolResult:
        """Return the call's result, or why it did not run."""
        path = call.arguments.get("file_path")
        if call.known_tool.permission != "edit" or not isinstance(path, str):
            return await chain(call)
        if self.facts.fixes and is_test_file(path) and _real(call, path).exists():
            return _refused(
                call,
                f"{path} is a test and says what the code should do: it stays as it is. Fix the code that it tests.",
            )
        return await chain(call)


@dataclass(slots=True)
class NoOverwrite:
    """Lets `write` make new files only."""

    async def __call__(self, call: Call, chain: Step) -> ToolResult:
        """Return the call's result, or why it did not run."""
        path = call.arguments.get("file_path")
        if call.known_tool.name == "write" and isinstance(path, str) and _real(call, path).exists():
            return _refused(call, f"{path} exists. Read it, and use edit to change it.")
        return await chain(call)


@dataclass(slots=True)
class KeepParsing:
    """Takes back a change after which a file cannot be parsed any more."""

    async def __call__(self, call: Call, chain: Step) -> ToolResult:
        """Return the call's result, or what was wrong with the change."""
        path = call.arguments.get("file_path")
        if call.known_tool.permission != "edit" or not isinstance(path, str):
            return await chain(call)
        real = _real(call, path)
        before = _content(real)
        result = await chain(call)
        after = _content(real)
        if after is None or after == before:
            return result
        old = None if before is None else files.decode(before).text
        problem = newly_broken(real.name, old, files.decode(after).text)
        if problem is None:
            return result
        _restore(call, real, before)
        said = "not made" if before is None else "not changed"
        return _refused(
            call, f"{path} was {said}, because it would not parse: {problem}. Try again."
        )


@dataclass(slots=True)
class TakeBack:
    """Takes a change back after which the command that failed before fails as badly: the next try begins where this one did."""

    facts: TurnFacts
    """What is known of the turn."""

    async def __call__(self, call: Call, chain: Step) -> ToolResult:
        """Return the call's result, and say so when a change was taken back."""
        facts, path = self.facts, call.arguments.get("file_path")
        if call.known_tool.permission == "edit" and isinstance(path, str):
            real = _real(call, path)
            facts.before.setdefault(real, _content(real))
        result = await chain(call)
        if call.known_tool.name != "bash" or result.error is not None:
            return result
        command, before = str(call.arguments["command"]), facts.before
        failed, bad = facts.failed, badness(command, result.output)
        facts.before = {}
        if not bad:
            facts.failed = None if command == failed else failed
            return result
        if facts.fixes and before and command == failed and bad >= facts.badness:
            for real, content in before.items():
                _restore(call, real, content)
            facts.changed.clear()
            note = f"{REFUSED} The change did not help: it was taken back."
            # Whoever watches saw the change, and has to see that it is gone.
            title = f"{result.title}: the change did not help and was taken back"
            return replace(result, title=title, output=f"{result.output}\n{note}")
        facts.failed, facts.badness = command, bad
        return result


@dataclass(slots=True)
class Notes:
    """Keeps the facts of the turn."""

    facts: TurnFacts
    """What is known of the turn."""

    async def __call__(self, call: Call, chain: Step) -> ToolResult:
        """Return the call's result."""
        result = await chain(call)
        facts = self.facts
        if call.known_tool.permission == "edit" and "diff" in result.metadata:
            facts.changed[str(call.arguments.get("file_path"))] = None
            facts.tested = False
            facts.calls.clear()
        elif call.known_tool.name == "bash" and result.error is None:
            facts.acted |= not is_test_run(str(call.arguments["command"]))
            facts.tested = True
        return result


def _real(call: Call, path: str) -> Path:
    return Path(os.path.realpath(Path(call.context.working_directory) / path))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        # The tool itself says what is wrong with it.
        return None


def _restore(call: Call, path: Path, content: bytes | None) -> None:
    """Give a file back what stood in it; None is a file that was not there."""
    if content is None:
        path.unlink(missing_ok=True)
        call.runtime.mark_seen(str(path), None)
    else:
        files.atomic_write(path, content, follow=False)
        call.runtime.mark_seen(str(path), files.sha256(content))


def _refused(call: Call, error: str) -> ToolResult:
    return ToolResult(title=call.part.tool, output="", error=error)
