"""The command group, its options, and what an error becomes: a sentence on stderr and an exit code."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pycode import __version__
from pycode.cli.failure import say_failure, say_reference
from pycode.cli.options import Options, common_options
from pycode.cli.streams import StdoutError, give_up_stdout
from pycode.core.errors import PyCodeError, UsageError
from pycode.system.terminal import is_terminal

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "agents": "Show the agents that can do the work.",
    "auth": "Store keys of providers, list them, or forget them.",
    "completion": "Make a shell complete commands, options and session ids.",
    "config": "Show what is configured and where it came from; check it.",
    "doctor": "Look whether PyCode can work here, and how to mend it.",
    "models": "Show the models and which can be used now; install small ones.",
    "rules": "Check what a command may do; manage kept answers.",
    "run": "Do a task and print the answer.",
    "sessions": "List, show, search, export and delete sessions.",
    "stats": "Show what was used: tokens and money.",
    "tools": "Show the tools and what the model is told of them.",
    "trust": "Say which projects' own agents and hooks may be obeyed.",
    "version": "Show the version.",
}
"""Command to its help line; each is in the module of its name."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing it."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"pycode.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise AssertionError(f"pycode.cli.{cmd_name}.command is not a command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name; an unknown one gets the nearest name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = difflib.get_close_matches(name, COMMANDS, 1)
            hint = f" Did you mean '{near[0]}'?" if near else f" Commands: {', '.join(COMMANDS)}."
            ctx.fail(f"No such command '{name}'.{hint} To give a task: pycode run \"{name} …\"")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that fit, without importing a command."""
        from click.shell_completion import CompletionItem

        names = [name for name in sorted(COMMANDS) if name.startswith(incomplete)]
        found = [CompletionItem(name, help=COMMANDS[name]) for name in names]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _complete_ids(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from pycode.cli.session_arguments import complete_ids

    return complete_ids(context, parameter, incomplete)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="pycode", message="%(prog)s %(version)s")
@common_options
@click.option(
    "-c", "--continue", "newest", is_flag=True, help="Go on with this project's newest session."
)
@click.option(
    "-s",
    "--session",
    metavar="ID",
    shell_complete=_complete_ids,
    help="Go on with this session.",
)
@click.option("--inline", is_flag=True, help="Work line by line in the terminal, as it does now.")
@click.pass_context
def pycode(
    context: click.Context, /, newest: bool, session: str | None, inline: bool, **given: Any
) -> int:
    """PyCode, a coding agent: it reads your project, edits it, runs its tests and answers.

    Without a command it opens a session in the terminal.
    """
    context.obj = Options(**given)
    if context.invoked_subcommand is not None:
        if newest or session or inline:
            context.fail(
                f"-c, -s and --inline open a session without a command; give what '{context.invoked_subcommand}' needs behind it"
            )
        return 0
    if newest and session:
        context.fail("-c and -s name two sessions; give one of them")
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise click.exceptions.NoArgsIsHelpError(context)
    return _open_session(context.obj, newest=newest, session=session)


def run_command_line(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name, or answer the shell that asks how they can go on; return the exit code."""
    if asked := os.environ.get("_PYCODE_COMPLETE"):
        from pycode.cli.completion import answer

        return answer(asked)
    try:
        return _run(arguments)
    except StdoutError as error:
        return give_up_stdout(error)


def _run(arguments: Sequence[str]) -> int:
    if any(argument.startswith(("-p", "--print", "--input-format")) for argument in arguments):
        from pycode.cli.claude.options import is_headless

        if is_headless(arguments, _takes_value):
            return _run_headless(arguments)
    try:
        with pycode.make_context("pycode", list(arguments)) as context:
            code = pycode.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        error.show()
        say_reference(UsageError.code)
        return error.exit_code
    except PyCodeError as error:
        say_failure(error)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _open_session(options: Options, *, newest: bool, session: str | None) -> int:
    import asyncio

    from pycode.cli.interactive.loop import run_interactive

    return asyncio.run(run_interactive(options, newest=newest, session=session))


def _takes_value(option: str) -> bool:
    """Return whether an option of the group takes the word behind it."""
    found = next((param for param in pycode.params if option in param.opts), None)
    return isinstance(found, click.Option) and not found.is_flag


def _run_headless(arguments: Sequence[str]) -> int:
    """Run in Claude Code's place, where every mistake on the command line ends with 1."""
    import asyncio

    from pycode.cli.claude.headless import run_headless
    from pycode.cli.claude.options import read_arguments
    from pycode.cli.claude.plan import headless_of

    try:
        headless = headless_of(read_arguments(arguments))
    except PyCodeError as error:
        say_failure(error)
        return 1
    return asyncio.run(run_headless(headless))
