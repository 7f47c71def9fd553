"""`pycode models`: the models and which of them can be used now."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from pycode.cli.options import common_options, merged
from pycode.system.terminal import has_colour


@click.command("models")
@click.argument("provider", required=False)
@common_options
@click.pass_context
def command(context: click.Context, /, provider: str | None, **given: Any) -> int:
    """Show the models of PROVIDER, or of all, and which can be used now."""
    from pycode.client.models import list_models

    options = merged(context, given)
    rows = list_models(Path(options.cwd or "."), provider, os.environ)
    if has_colour(sys.stdout, os.environ):
        _print_table(rows)
        return 0
    for row in rows:
        click.echo("\t".join(row))
    return 0


def _print_table(rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in rows[0]:
        table.add_column(title, overflow="fold")
    for row in rows[1:]:
        style = "" if row[-1] == "usable" else "dim"
        table.add_row(*(Text(cell) for cell in row), style=style)
    Console().print(table)
