"""`pycode agents`: who can do the work."""

from __future__ import annotations

import json
import os
import sys

import click

from pycode.cli.session_arguments import one_line, working_directory
from pycode.system.terminal import is_terminal


@click.command("agents")
@click.option("--json", "as_json", is_flag=True, help="One JSON array with everything.")
@click.option("--cwd", metavar="DIR", help="Those of this directory's project.")
@click.pass_context
def command(context: click.Context, /, as_json: bool, cwd: str | None) -> None:
    """Show the agents: the built-in ones, yours, and those of a project that you trust."""
    from pycode.agents.loader import DEFAULT_AGENT, list_agents
    from pycode.client.config import load

    config = load(working_directory(context, cwd), os.environ)
    default = config.agent or DEFAULT_AGENT
    rows = []
    for agent in list_agents(config.agents, config.repository_agents):
        facts = agent.config
        source = "built in"
        if facts.name in config.repository_agents:
            source = "repository"
        elif facts.name in config.agents:
            source = "config.yaml"
        rows.append(
            {
                "name": facts.name,
                "description": facts.description,
                "source": source,
                "default": facts.name == default,
                "mode": facts.mode,
                "model": facts.model,
                "tools": facts.tools,
                "max_steps": facts.max_steps,
            }
        )
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        name = one_line(str(row["name"]))
        text = one_line(str(row["description"]))
        if is_terminal(sys.stdout):
            mark = "*" if row["default"] else " "
            click.echo(f"{mark} {name:16} {text} ({row['source']})")
        else:
            click.echo(f"{name}\t{text}\t{row['source']}")
