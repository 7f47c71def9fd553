"""`pycode models install`, `list` and `remove`: the models that run on this machine."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pycode.cli.session_arguments import confirm
from pycode.system.terminal import is_terminal
from pycode.system.text import visible

if TYPE_CHECKING:
    from pycode.client.local_models import Plan, Room
    from pycode.providers.local_files import KnownModel


@click.command("install")
@click.argument("name", default="local")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--from", "file", metavar="FILE", help="Take the model's file from there.")
def install(name: str, *, yes: bool, file: str | None) -> int:
    """Install the model NAME on this machine, so that PyCode works without a key and without a network.

    It says first how large the model is, where it comes from and where it is kept, and asks. A download that was interrupted
    goes on where it stopped. PYCODE_MODEL_MIRROR names an address or a folder that is looked at first.
    """
    from pycode.client.local_models import Room, known_model

    model, given = known_model(name), Path(file) if file else None
    return install_model(model, os.environ, Room.here(os.environ), given, yes=yes)


@click.command("list")
def list_() -> None:
    """Show the installed models: name, size, licence and file.

    In a pipe each model is a line, its columns separated by tabs.
    """
    from pycode.client.local_models import gigabytes
    from pycode.providers.local_files import installed

    found = installed(os.environ)
    for item in found:
        licence = item.known.licence if item.known is not None else "unknown licence"
        row = (item.name, gigabytes(item.size), licence, visible(str(item.path)))
        click.echo(("  " if is_terminal(sys.stdout) else "\t").join(row))
    if not found:
        click.echo("No model is installed here: pycode models install local", err=True)


@click.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove the installed model NAME, or what an interrupted installation left of it."""
    from pycode.client.local_models import gigabytes
    from pycode.client.local_models import remove as remove_model

    size = remove_model(name, os.environ)
    click.echo(f"Removed {visible(name)}: {gigabytes(size)} are free again.")


def install_model(
    model: KnownModel, environ: Mapping[str, str], room: Room, given: Path | None, *, yes: bool
) -> int:
    """Say what an installation does, ask, do it, and return the exit code.

    Args:
        model: The model.
        environ: The environment variables.
        room: What the machine has left.
        given: The model's file, where the user has it.
        yes: Whether nothing is asked.

    Raises:
        PyCodeError: It cannot be installed, or nobody can be asked.
    """
    from pycode.client.local_models import plan

    made = plan(model, environ, room, given)
    if made.done:
        click.echo(f"{model.name} is installed: {visible(str(made.target))}")
        return 0
    for title, text in _described(made):
        click.echo(f"  {title:9} {visible(text)}" if title else visible(text), err=True)
    if not yes:
        confirm(f"Install {model.name}?")
    return asyncio.run(_install(made))


def _described(made: Plan) -> list[tuple[str, str]]:
    from pycode.client.local_models import gigabytes

    model = made.model
    there = f", {gigabytes(made.have)} of them are there" if made.have else ""
    return [
        ("", f"{model.title}: a model for small jobs on this machine, also without a network"),
        ("size", f"{gigabytes(model.size)}{there}"),
        ("memory", f"{gigabytes(model.memory)} while it works"),
        ("licence", model.licence),
        *(
            ("or" if number else "source", source.name)
            for number, source in enumerate(made.sources)
        ),
        ("kept in", str(made.target.parent)),
        ("remove", f"pycode models remove {model.name}"),
    ]


async def _install(made: Plan) -> int:
    from pycode.cli.download_progress import Progress
    from pycode.cli.stopping import stopped_by_signals
    from pycode.client.local_models import gigabytes, install, partial_size
    from pycode.providers.local_process import ENGINE_MISSING, has_engine

    progress = Progress()
    task = asyncio.ensure_future(install(made, progress))

    async def stop() -> None:
        task.cancel()

    async with stopped_by_signals(stop) as exit_code:
        try:
            await task
        except asyncio.CancelledError:
            kept = gigabytes(partial_size(made))
            progress.say(f"stopped; {kept} are kept, and the same command goes on from there")
            return exit_code()
        finally:
            progress.close()
    click.echo(f"Installed {made.model.name}: {visible(str(made.target))}")
    if not has_engine():
        click.echo(ENGINE_MISSING, err=True)
    return 0
