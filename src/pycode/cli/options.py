"""The options that the group and the commands share: `pycode --agent plan run …` and `pycode run --agent plan …`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pycode.client.local import LocalOptions

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(slots=True)
class Options:
    """What was said on the command line."""

    agent: str | None = None
    """Who does the work."""
    model: str | None = None
    """`provider/model`."""
    cwd: str | None = None
    """The working directory."""
    max_steps: int | None = None
    """Model requests at most."""
    allow: tuple[str, ...] = ()
    """Rules to allow for this run."""
    debug: bool = False
    """Whether to write a log."""

    def over(self, outer: Options) -> Options:
        """Return these options with those of the outer level where nothing was said here."""
        merged = Options()
        for item in fields(Options):
            inner = getattr(self, item.name)
            setattr(merged, item.name, inner or getattr(outer, item.name))
        merged.allow = (*outer.allow, *self.allow)
        return merged

    def local(self) -> LocalOptions:
        """Return what an engine in this process is told."""
        from pycode.client.local import LocalOptions

        return LocalOptions(
            directory=self.cwd or ".",
            agent=self.agent,
            model=self.model,
            max_steps=self.max_steps,
            allow=self.allow,
        )


def common_options(function: Function) -> Function:
    """Give a command the shared options."""
    decorators = [
        click.option("--agent", metavar="NAME", help="Who does the work: build (default) or plan."),
        click.option(
            "-m", "--model", metavar="PROVIDER/MODEL", help="The model; see 'pycode models'."
        ),
        click.option(
            "--cwd", metavar="DIR", help="Work in this directory instead of the present one."
        ),
        click.option(
            "--max-steps",
            type=click.IntRange(min=1),
            metavar="N",
            help="Stop after this many model requests (exit code 4).",
        ),
        click.option(
            "--allow",
            multiple=True,
            metavar="RULE",
            help="Allow what would be asked, for example 'bash(git push*)'. Can be repeated.",
        ),
        click.option("--debug", is_flag=True, help="Write a log to ~/.pycode/logs."),
    ]
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def merged(context: click.Context, given: dict[str, Any]) -> Options:
    """Return the options of a command, completed by those of the group."""
    own = Options(**{item.name: given.pop(item.name) for item in fields(Options)})
    outer = context.find_object(Options) or Options()
    return own.over(outer)
