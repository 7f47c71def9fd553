"""What the commands about sessions share: their arguments, and asking before something is lost."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pycode.cli.options import Options
from pycode.core.errors import PyCodeError, UsageError
from pycode.system.terminal import is_terminal
from pycode.system.text import visible

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_OFFERED = 30


def complete_ids(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the newest sessions that fit what was typed, for the shell's completion."""
    from click.shell_completion import CompletionItem

    from pycode.client.sessions import Sessions

    try:
        found = Sessions.default(os.environ).listed(limit=_OFFERED)
    except PyCodeError:
        # The shell has no place for a sentence; the command itself will say it.
        return []
    return [
        CompletionItem(info.id, help=one_line(info.title))
        for info in found
        if info.id.startswith(incomplete)
    ]


def working_directory(context: click.Context, said: str | None) -> Path:
    """Return the directory that a command is about.

    Raises:
        UsageError: It does not exist.
    """
    outer = context.find_object(Options) or Options()
    path = Path(said or outer.directory())
    if not path.is_dir():
        raise UsageError(f"{path} is not a directory; name one that exists")
    return path


def confirm(question: str) -> None:
    """Ask, and go on when the answer is yes.

    Raises:
        UsageError: Nobody can be asked.
        click.exceptions.Exit: The answer is no.
    """
    if not is_terminal(sys.stdin):
        raise UsageError("nobody is there to ask; give --yes to do it all the same")
    if not click.confirm(question, err=True):
        click.echo("Nothing was done.", err=True)
        raise click.exceptions.Exit(1)


def one_line(text: str) -> str:
    """Return text on one line, without what a terminal would obey."""
    return " ".join(visible(text).split())
