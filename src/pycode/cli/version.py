"""`pycode version`."""

from __future__ import annotations

import click

from pycode import __version__


@click.command("version")
def command() -> None:
    """Show the version."""
    click.echo(f"pycode {__version__}")
