"""Lines that are edited: the one for prompts, and the one for answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import AnyFormattedText, StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from pycode.cli.interactive.completion import offers
from pycode.system.text import visible

Known = Callable[[], tuple[Sequence[str], Sequence[str]]]
"""Returns the names of the commands and the project's files."""
_LONGEST_KEPT = 20_000
"""What is longer was pasted, and is not kept in the history."""
_STYLE = Style.from_dict({"prompt": "bold", "busy": "ansibrightblack", "question": "ansiyellow"})


class _SteppedAsideError(Exception):
    """A question comes before the line."""


class Line:
    """A line, or several, in a terminal.

    Args:
        session: What edits it.
    """

    def __init__(self, session: PromptSession[str]) -> None:
        self._session = session
        self.keys = ""

    @property
    def text(self) -> str:
        """What was typed so far."""
        return self._session.default_buffer.text if self._open else ""

    @property
    def _open(self) -> bool:
        return self._session.app.is_running and not self._session.app.is_done

    async def read(self, message: AnyFormattedText = None, *, keys: str = "") -> str | None:
        """Return what is typed; the empty text when the line stepped aside, None at the end of all.

        Args:
            message: What stands before the line; None leaves it as it is.
            keys: The letters that, typed first, are the whole answer.
        """
        self.keys = keys
        if message is not None:
            message = [("class:question", str(message))]
        try:
            return await self._session.prompt_async(
                message, set_exception_handler=False, handle_sigint=False
            )
        except _SteppedAsideError:
            return ""
        except EOFError:
            return None

    def redraw(self) -> None:
        """Draw it anew, soon."""
        if self._open:
            self._session.app.invalidate()

    def clear(self) -> None:
        """Throw away what was typed."""
        self._session.default_buffer.reset()
        self._session.default_buffer.on_text_changed.fire()

    def step_aside(self) -> bool:
        """End the reading when nothing was typed; return whether nobody is reading then."""
        if self.text:
            return False
        if self._open:
            self._session.app.exit(exception=_SteppedAsideError())
        return True

    def leave(self) -> None:
        """End the reading for good."""
        if self._open:
            self._session.app.exit(exception=EOFError())


def prompt_line(
    message: Callable[[], StyleAndTextTuples],
    history: Path,
    known: Known,
    control_c: Callable[[], None],
    changed: Callable[[], None],
    *,
    colour: bool,
) -> Line:
    """Return the line for prompts.

    Args:
        message: What stands before it, drawn anew each time.
        history: The file that keeps what was typed.
        known: What Tab offers.
        control_c: Called at Ctrl-C.
        changed: Called when the text has changed.
        colour: Whether the terminal has colours.
    """
    bindings = _bindings(control_c)

    @bindings.add("enter")
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.is_cursor_at_the_end and buffer.text.endswith("\\"):
            buffer.delete_before_cursor(1)
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @bindings.add("escape", "enter")
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    session: PromptSession[str] = PromptSession(
        message,
        multiline=True,
        prompt_continuation="  ",
        history=_history(history),
        completer=_Completer(known),
        complete_while_typing=False,
        # Offers are printed as a shell does: nothing is kept free for a menu below the line.
        complete_style=CompleteStyle.READLINE_LIKE,
        reserve_space_for_menu=0,
        key_bindings=bindings,
        erase_when_done=True,
        enable_suspend=True,
        style=_STYLE,
        color_depth=None if colour else ColorDepth.DEPTH_1_BIT,
    )
    session.app.min_redraw_interval = 0.04
    session.default_buffer.on_text_changed += lambda _: changed()
    return Line(session)


def answer_line(control_c: Callable[[], None], *, colour: bool) -> Line:
    """Return the line for answers.

    Args:
        control_c: Called at Ctrl-C.
        colour: Whether the terminal has colours.
    """
    bindings = _bindings(control_c)
    session: PromptSession[str] = PromptSession(
        key_bindings=bindings,
        reserve_space_for_menu=0,
        style=_STYLE,
        color_depth=None if colour else ColorDepth.DEPTH_1_BIT,
    )
    line = Line(session)

    @bindings.add("<any>")
    def key(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        first = not buffer.text
        # Pasted text is no key: it comes here in one piece.
        if event.data.isprintable():
            buffer.insert_text(event.data)
        if first and len(event.data) == 1 and event.data in line.keys:
            buffer.validate_and_handle()

    return line


def _bindings(control_c: Callable[[], None]) -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("c-c")
    @bindings.add("<sigint>")
    def interrupt(event: KeyPressEvent) -> None:
        control_c()

    return bindings


def _history(path: Path) -> History:
    # Only the user may read what was typed; the library would make the file for everybody.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_APPEND, 0o600))
    return _FileHistory(str(path))


class _FileHistory(FileHistory):
    """A history that does without its file when that cannot be used."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        if len(string) <= _LONGEST_KEPT:
            with suppress(OSError):
                super().store_string(string)


class _Completer(Completer):
    """Asks `offers`."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        replaced, found = offers(document.text_before_cursor, *self._known())
        for text in found:
            yield Completion(text, -replaced, display=visible(text).rstrip())
