"""`pycode trust`: say which projects' own agents, hooks and the like PyCode may obey."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pycode.core.errors import UsageError
from pycode.system.text import visible


@click.command("trust")
@click.argument("path", required=False)
@click.option("--list", "listing", is_flag=True, help="Show the projects that were decided about.")
@click.option("--revoke", is_flag=True, help="Forget what was said about the project.")
def command(path: str | None, *, listing: bool, revoke: bool) -> int:
    """Trust the project of PATH, or of the present directory.

    A trusted project's own agents, instructions, hooks, commands and servers are obeyed. When one of these files changes, the trust
    ends and is asked for again. Nothing is run by this command.
    """
    from pycode.config.home import Home
    from pycode.permissions.trust import TrustStore, things_to_trust
    from pycode.workspace.project import find_project

    store = TrustStore(Home.default(os.environ).trust)
    if listing:
        for root, state in store.projects().items():
            click.echo(f"{state}\t{visible(str(root))}")
        return 0
    directory = Path(path or ".")
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory; name one that exists")
    root = find_project(directory).root
    name = visible(str(root))
    if revoke:
        known = store.revoke(root)
        click.echo(f"forgotten: {name}" if known else f"nothing was said about {name}")
        return 0
    store.trust(root)
    click.echo(f"trusted: {name}")
    for thing in things_to_trust(root):
        click.echo(f"  {visible(thing)}")
    return 0
