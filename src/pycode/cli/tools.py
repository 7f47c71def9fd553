"""`pycode tools`: what the model may do."""

from __future__ import annotations

import difflib
import json
import sys
from typing import Any

import click

from pycode.cli.session_arguments import one_line
from pycode.core.errors import UsageError
from pycode.system.terminal import is_terminal


@click.command("tools")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON, with the parameters.")
def command(name: str | None, as_json: bool) -> None:
    """Show the tools, or what the model is told of the tool NAME."""
    from pycode.tools import default_registry

    tools = {tool.name: tool for tool in default_registry().get_all()}
    if name is not None and name not in tools:
        near = difflib.get_close_matches(name, tools, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(tools))}"
        raise UsageError(f"there is no tool {name!r}; {hint}")
    rows: list[dict[str, Any]] = [
        {
            "name": tool.name,
            "permission": tool.permission,
            "read_only": tool.read_only,
            "deferred": tool.deferred,
            "description": tool.description,
            "parameters": tool.parameters_schema,
        }
        for tool in tools.values()
        if name in (None, tool.name)
    ]
    if as_json:
        click.echo(json.dumps(rows if name is None else rows[0]))
    elif name is not None:
        click.echo(f"{rows[0]['description']}\n\n{json.dumps(rows[0]['parameters'], indent=2)}")
    else:
        for row in rows:
            _show(row)


def _show(row: dict[str, Any]) -> None:
    what = "changes nothing" if row["read_only"] else "may change things"
    where = "behind more_tools" if row["deferred"] else "always offered"
    text = one_line(row["description"]).partition(". ")[0].rstrip(".")
    if is_terminal(sys.stdout):
        click.echo(f"{row['name']:14} {text} ({what}; {where})")
    else:
        click.echo(f"{row['name']}\t{text}\t{row['permission']}\t{what}\t{where}")
