"""Shows a turn as it happens: the model's text on stdout, everything else on stderr.

Nothing that the model, a file or a command says can drive the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TextIO

from pycode.core.events import (
    Event,
    MessageUpdated,
    PartDelta,
    PartUpdated,
    SessionError,
    SessionIdle,
)
from pycode.core.parts import RetryPart, StepFinishPart, TextPart, ToolPart
from pycode.core.records import MessageInfo
from pycode.system.terminal import has_colour, is_terminal
from pycode.system.text import visible

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "dim": "2"}
DIFF_LINES = 40
"""How many lines of a diff are shown."""
WIDTH = 200
"""How long a line about a call may be."""


class Renderer:
    """Writes one run.

    Args:
        out: Where the model's text goes.
        err: Where everything else goes.
        environ: Says whether colours are wanted, and whether this is a CI run, which shows no diffs.
        thinking: Whether to show what the model thinks.
        answer_only: Whether stdout gets nothing but the structured answer.
    """

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        environ: Mapping[str, str],
        *,
        thinking: bool = False,
        answer_only: bool = False,
    ) -> None:
        self._out = out
        self._err = err
        self._colour = has_colour(err, environ)
        # The log of a CI run gets one line a call.
        self._shows_diffs = not environ.get("CI")
        self._guarded = is_terminal(out)
        self._streamed: set[str] = set()
        self._prompts: set[str] = set()
        self._open_line = False
        self._open_thought = False
        self._thinking = thinking
        self._answer_only = answer_only
        self._message = ""
        self.silent = True
        self.refused: list[str] = []
        self.error: SessionError | None = None
        self.detail = ""
        self.steps = 0
        self.usage: dict[str, int] = {}
        self.cost: float | None = 0.0

    def show(self, event: Event) -> None:
        """Show an event, if it is one to show."""
        match event:
            case PartDelta(part_type="reasoning") if self._thinking:
                self._think(event.text)
            case PartDelta(part_type="text"):
                self._streamed.add(event.part_id)
                self.silent = self.silent and not event.text.strip()
                self._write(event.text)
            case MessageUpdated(message=MessageInfo(role="user")):
                self._prompts.add(event.message.id)
            case MessageUpdated() if event.message.id != self._message:
                self._message = event.message.id
                self.silent = True
            case PartUpdated():
                self._part(event)
            case SessionError():
                self.error = event
            case SessionIdle():
                self._idle(event)
            case _:
                pass

    def _part(self, event: PartUpdated) -> None:
        match event.part:
            case TextPart() as text if event.seq is not None:
                if text.message_id not in self._prompts:
                    self._end_text(text)
            case ToolPart() as call if call.finished:
                self._tool(call)
            case RetryPart() as retry:
                self.note(
                    f"{retry.error.rstrip('.')}; trying again in {retry.wait:.1f} s", "yellow"
                )
            case StepFinishPart() as finish:
                self._count(finish)
            case _:
                pass

    def _idle(self, event: SessionIdle) -> None:
        # Text that the log did not take never ended.
        self._break_line()
        self.detail = event.detail or ""
        if self._answer_only and event.answer is not None:
            self.silent = False
            self._put(json.dumps(event.answer, ensure_ascii=False) + "\n")

    def note(self, text: str, colour: str = "dim") -> None:
        """Write a line to stderr."""
        self._leave_line()
        self._err.write(self._painted(visible(text), colour) + "\n")
        self._err.flush()

    def ask(self, text: str) -> None:
        """Write a question to stderr and stay in its line."""
        self._leave_line()
        self._err.write(self._painted(visible(text), "yellow"))
        self._err.flush()

    def summary(self, seconds: float) -> None:
        """Write the line of tokens and cost.

        Args:
            seconds: How long the run took.
        """
        usage = self.usage
        cached = usage.get("cache_read", 0)
        total = usage.get("input", 0) + cached + usage.get("cache_write", 0)
        parts = [f"{self.steps} step{'' if self.steps == 1 else 's'}"]
        if total or usage.get("output"):
            hit = f" ({count(cached)} cached)" if cached else ""
            parts.append(f"{count(total)} tokens in{hit}, {count(usage.get('output', 0))} out")
        if self.cost:
            parts.append(f"${self.cost:.4f}")
        parts.append(f"{seconds:.1f} s")
        self.note(" · ".join(parts))

    def _write(self, text: str) -> None:
        if self._answer_only:
            return
        if self._open_thought:
            self._break_line()
        self._put(visible(text) if self._guarded else text)
        self._open_line = not text.endswith("\n")

    def _put(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def _think(self, text: str) -> None:
        self._err.write(self._painted(visible(text), "dim"))
        self._err.flush()
        self._open_thought = not text.endswith("\n")

    def _leave_line(self) -> None:
        """Begin a line of its own for stderr. An answer that goes elsewhere is not broken for it."""
        if self._guarded or not self._open_line:
            self._break_line()

    def _break_line(self) -> None:
        if self._open_thought:
            self._err.write("\n")
            self._open_thought = False
        if self._open_line:
            self._put("\n")
            self._open_line = False

    def _end_text(self, part: TextPart) -> None:
        if part.id not in self._streamed and part.text:
            self.silent = self.silent and not part.text.strip()
            self._write(part.text)
        self._streamed.discard(part.id)
        self._break_line()

    def _tool(self, call: ToolPart) -> None:
        title = " ".join((call.title or call.tool).split())[:WIDTH]
        if call.status == "completed":
            self.note(f"✓ {title}{_exit_code(call)}", "dim")
            if self._shows_diffs:
                self._diff(str(call.metadata.get("diff") or ""))
            return
        reason = " ".join((call.error or "").split())[:WIDTH]
        if call.metadata.get("refusal") == "unattended":
            self.refused.append(call.id)
        self.note(f"✗ {title}: {reason}", "red" if call.status == "error" else "yellow")

    def _diff(self, diff: str) -> None:
        lines = diff.splitlines()
        for line in lines[:DIFF_LINES]:
            if line.startswith(("+++", "---")):
                continue
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            self._err.write("  " + self._painted(visible(line[:WIDTH]), colour) + "\n")
        if len(lines) > DIFF_LINES:
            self._err.write(f"  … {len(lines) - DIFF_LINES} more lines\n")
        self._err.flush()

    def _count(self, finish: StepFinishPart) -> None:
        self.steps += 1
        for name, tokens in finish.usage.items():
            self.usage[name] = self.usage.get(name, 0) + tokens
        if finish.cost is None or self.cost is None:
            self.cost = None
        else:
            self.cost += finish.cost

    def _painted(self, text: str, colour: str) -> str:
        if not self._colour or colour not in _COLOURS:
            return text
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


def _exit_code(call: ToolPart) -> str:
    code = call.metadata.get("exit_code")
    return f" (exit code {code})" if code else ""


def count(tokens: int) -> str:
    """Return a number of tokens in a few characters."""
    if tokens < 1000:
        return str(tokens)
    return f"{tokens / 1000:.1f}k" if tokens < 1_000_000 else f"{tokens / 1_000_000:.2f}M"
