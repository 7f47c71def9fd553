"""`pycode stats`: tokens and money."""

from __future__ import annotations

import json
import os
from typing import Any

import click

from pycode.cli.render import count
from pycode.system.text import visible


@click.command("stats")
@click.option(
    "--by",
    type=click.Choice(["day", "model", "session", "project"]),
    default="day",
    show_default=True,
    help="What a row stands for.",
)
@click.option("--days", type=click.IntRange(min=1), metavar="N", help="Only the last N days.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def command(by: Any, days: int | None, as_json: bool) -> int:
    """Show what was used: requests, tokens and US dollars."""
    from pycode.client.stats import totals
    from pycode.config.home import Home

    rows = totals(Home.default(os.environ), by, days=days)
    if as_json:
        data = [
            {
                by: row.name,
                "steps": row.steps,
                **row.usage,
                "cost": round(row.cost, 6),
                "unpriced": row.unpriced,
            }
            for row in rows
        ]
        click.echo(json.dumps(data, ensure_ascii=False))
        return 0
    click.echo(
        f"{'STEPS':>6}  {'INPUT':>7}  {'CACHED':>7}  {'OUTPUT':>7}  {'COST':>9}  {by.upper()}"
    )
    for row in rows:
        usage = row.usage
        total = sum(usage.get(key, 0) for key in ("input", "cache_read", "cache_write"))
        money = f"${row.cost:.2f}{'+?' if row.unpriced else ''}"
        name = visible(row.name.replace("\n", "␊"))
        click.echo(
            f"{row.steps:>6}  {count(total):>7}  {count(usage.get('cache_read', 0)):>7}  "
            f"{count(usage.get('output', 0)):>7}  {money:>9}  {name}"
        )
    if any(row.unpriced for row in rows):
        click.echo("+? some requests were made to models whose price is not known")
    return 0
