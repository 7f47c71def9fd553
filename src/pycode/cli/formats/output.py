"""The formats of a run's output: one way to write each."""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from typing import Any, Literal, get_args

from pycode.cli.formats.claude_lines import ClaudeLines, Init
from pycode.cli.formats.json_lines import LineWriter
from pycode.cli.formats.tally import Totals
from pycode.core.events import Event

Format = Literal["text", "json", "stream-json", "events"]
FORMATS: tuple[Format, ...] = get_args(Format)
"""What `--format` takes: the answer alone, one result, Claude Code's lines, the events of PyCode's bus."""


class Output(ABC):
    """Writes one turn for a program."""

    @abstractmethod
    def begin(self, init: Init) -> None:
        """Write what a turn begins with."""

    @abstractmethod
    def show(self, event: Event) -> None:
        """Write what an event means."""

    @abstractmethod
    def finish(self, *, cancelled: bool = False) -> None:
        """Write how the turn ended; `cancelled` when nobody waited for the end."""


class EventsOutput(Output):
    """Writes the events themselves."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def begin(self, init: Init) -> None:
        """Write nothing: the first event is the first line."""

    def show(self, event: Event) -> None:
        """Write an event."""
        self._writer.write(event.to_dict())

    def finish(self, *, cancelled: bool = False) -> None:
        """Write nothing: `session.idle` is the last line."""


class ClaudeOutput(Output):
    """Writes Claude Code's lines, or only the result.

    Args:
        writer: Takes the lines.
        session: The id that stands in every line.
        only_result: Whether the result alone is written.
        partial: Whether the growing answer is written, too.
    """

    def __init__(
        self, writer: LineWriter, session: str, *, only_result: bool, partial: bool
    ) -> None:
        self._writer = writer
        self._only_result = only_result
        self._began = time.monotonic()
        self._lines = ClaudeLines(
            _nothing if only_result else writer.write, session, Totals(), partial=partial
        )

    def begin(self, init: Init) -> None:
        """Write the line that a turn begins with."""
        self._lines.begin(init)

    def show(self, event: Event) -> None:
        """Write the lines of an event."""
        self._lines.show(event)

    def finish(self, *, cancelled: bool = False) -> None:
        """Write the result."""
        result = self._lines.finish(time.monotonic() - self._began, cancelled=cancelled)
        if self._only_result:
            self._writer.write(result)


def output_of(chosen: Format, session: str, *, partial: bool) -> Output | None:
    """Return what writes a format to stdout, or None for text."""
    if chosen == "text":
        return None
    writer = LineWriter(sys.stdout.buffer)
    if chosen == "events":
        return EventsOutput(writer)
    return ClaudeOutput(writer, session, only_result=chosen == "json", partial=partial)


def _nothing(line: dict[str, Any]) -> None:
    return None
