"""The options that the group and the commands share: `pycode --agent plan run …` and `pycode run --agent plan …`."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pycode.core.data import Data
from pycode.core.errors import UsageError

if TYPE_CHECKING:
    from pycode.client.local import LocalOptions
    from pycode.permissions.request import Mode

_LIMITS = ("max_steps", "max_cost", "max_tokens", "max_time")
Function = TypeVar("Function", bound=Callable[..., Any])


class _Amount(click.FloatRange):
    """A number in a range; "nan" is in none, though no comparison says so."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a valid float.", param, ctx)
        return number


@dataclass(slots=True, eq=False, repr=False)
class Options(Data):
    """What was said on the command line."""

    agent: str | None = None
    """Who does the work."""
    model: str | None = None
    """`provider/model`."""
    cwd: str | None = None
    """The working directory."""
    max_steps: int | None = None
    """Model requests at most."""
    max_cost: float | None = None
    """US dollars at most."""
    max_tokens: int | None = None
    """Tokens at most, input and output together."""
    max_time: float | None = None
    """Seconds at most."""
    thinking: str | None = None
    """How much the model thinks."""
    profile: str | None = None
    """How the model is put to work."""
    allow: tuple[str, ...] = ()
    """Rules to allow for this run."""
    mode: Mode | None = None
    """What is asked where no rule says: default, confirm, plan or bypass."""
    trust: bool = False
    """Whether to obey the project's own agents, hooks and the like in this run."""
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

    def directory(self) -> str:
        """Return the working directory.

        Raises:
            UsageError: The present one was removed.
        """
        try:
            os.getcwd()
        except FileNotFoundError as error:
            raise UsageError(
                "the present directory was removed; change to one that exists"
            ) from error
        return self.cwd or "."

    def local(self) -> LocalOptions:
        """Return what an engine in this process is told."""
        from pycode.client.local import LocalOptions

        return LocalOptions(
            directory=self.directory(),
            agent=self.agent,
            model=self.model,
            limits={name: getattr(self, name) for name in _LIMITS},
            thinking=self.thinking,
            profile=self.profile,
            allow=self.allow,
            mode=self.mode,
            trust=self.trust,
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
            "--max-cost",
            type=_Amount(min=0, min_open=True),
            metavar="USD",
            help="Stop when this much was spent (exit code 4).",
        ),
        click.option(
            "--max-tokens",
            type=click.IntRange(min=1),
            metavar="N",
            help="Stop when this many tokens were used, input and output together (exit code 4).",
        ),
        click.option(
            "--max-time",
            type=_Amount(min=0, min_open=True),
            metavar="SECONDS",
            help="Stop after this many seconds (exit code 4).",
        ),
        click.option(
            "--thinking",
            type=click.Choice(["off", "low", "medium", "high", "max"]),
            help="How much the model thinks before it answers.",
        ),
        click.option(
            "--profile",
            type=click.Choice(["compact", "full"]),
            help="Put the model to work in small steps, as small models and those with little context need it (compact), "
            "or a local one as every other model (full).",
        ),
        click.option(
            "--allow",
            multiple=True,
            metavar="RULE",
            help="Allow what would be asked, for example 'bash(git push*)'. Can be repeated.",
        ),
        click.option(
            "--mode",
            type=click.Choice(["default", "confirm", "plan", "bypass"]),
            help="What is asked: default (what leaves the project), confirm (every edit and command), "
            "plan (nothing is changed), bypass (nothing is asked).",
        ),
        click.option(
            "--trust",
            is_flag=True,
            help="Obey this project's own agents, hooks and the like in this run; see 'pycode trust'.",
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
