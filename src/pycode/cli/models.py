"""`pycode models`: the models, what they can do and cost, and which of them can be used now; and those of this machine."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pycode.cli.models_local import install, list_, remove
from pycode.cli.options import common_options, merged
from pycode.system.terminal import has_colour, is_terminal
from pycode.system.text import visible

if TYPE_CHECKING:
    from pycode.client.models import ProviderModels
    from pycode.providers.profiles import Profile

HEADER = ("MODEL", "CONTEXT", "OUTPUT", "$/M IN", "$/M OUT", "ABILITIES", "STATUS")
_ABILITIES = {"tools": "tools", "images": "images", "pdf": "pdf", "reasoning": "thinks"}


class _ModelsGroup(click.Group):
    """A group whose command without a name shows the models."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what does not begin with a subcommand for the arguments of `show`."""
        is_named = bool(args) and args[0] in {*self.commands, *self.get_help_option_names(ctx)}
        # The shell that asks what can follow is told of all subcommands.
        if not is_named and not (ctx.resilient_parsing and not args):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group("models", cls=_ModelsGroup)
def command() -> None:
    """Show the models and which of them can be used now; install and remove those of this machine.

    'pycode models' and 'pycode models PROVIDER' are short for 'pycode models show'.
    """


command.add_command(install)
command.add_command(list_)
command.add_command(remove)


@command.command("show")
@click.argument("provider", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
@click.option("--refresh", is_flag=True, help="Get the newest facts from models.dev first.")
@common_options
@click.pass_context
def show(
    context: click.Context,
    /,
    provider: str | None,
    as_json: bool,
    refresh: bool,
    **given: Any,
) -> int:
    """Show the models of PROVIDER, or of all that can be used now.

    Servers on this machine are looked for. In a pipe each model is a line, its columns separated by tabs.
    """
    from pycode.client.models import list_models

    options = merged(context, given)
    if refresh:
        _refresh()
    found = list_models(Path(options.directory()), provider, os.environ)
    if as_json:
        click.echo(json.dumps([_as_json(item) for item in found], indent=2))
    elif is_terminal(sys.stdout):
        for line in _page(found, is_only=provider is not None):
            click.echo(line, color=has_colour(sys.stdout, os.environ))
    else:
        for row in _rows(found):
            click.echo("\t".join(row))
    return 0


def _refresh() -> None:
    import asyncio

    from pycode.config.home import Home
    from pycode.providers.catalogue_refresh import refresh_catalogue

    count = asyncio.run(refresh_catalogue(Home.default(os.environ)))
    click.echo(f"pycode: got the facts of {count:,} models from models.dev", err=True)


def _as_json(item: ProviderModels) -> dict[str, Any]:
    return {
        "provider": item.name,
        "usable": item.usable,
        "status": item.status,
        "default_model": item.default_model,
        "models": [
            {"name": name, **dataclasses.asdict(profile)} for name, profile in item.models.items()
        ],
    }


def _rows(found: list[ProviderModels]) -> Iterator[tuple[str, ...]]:
    yield HEADER
    for item in found:
        status = "usable" if item.usable else item.status
        for name, profile in item.models.items():
            facts = (*_facts(profile), " ".join(_words(profile)), _withdrawn(profile) or status)
            yield (visible(f"{item.name}/{name}"), *facts)
        if not item.models:
            yield (f"{item.name}/…", "", "", "", "", "", status)


def _page(found: list[ProviderModels], *, is_only: bool) -> Iterator[str]:
    """Yield the lines for a person: in 80 columns, each provider with its models below."""
    for item in found:
        mark = click.style("✓", fg="green") if item.usable else click.style("✗", dim=True)
        yield f"{mark} {click.style(item.name, bold=True)}  {visible(item.status)}"
        if not (item.usable or is_only):
            continue
        if item.models:
            titles = f"    {'':{_NAME}}{'context':>8}{'output':>7}{'$/M in':>7}{'out':>7}"
            yield click.style(titles, dim=True)
        for name, profile in item.models.items():
            yield from _model_lines(visible(name), profile, is_default=name == item.default_model)
        yield ""
    if not is_only:
        yield "Store a key: pycode auth login PROVIDER. List models: pycode models PROVIDER."


def _model_lines(name: str, profile: Profile, *, is_default: bool) -> Iterator[str]:
    context, output, price_in, price_out = _facts(profile)
    facts = f"{context:>8}{output:>7}{price_in:>7}{price_out:>7}"
    words = " ".join(_SHORT[word] for word in _words(profile))
    if profile.successor:
        words = f"→ {visible(profile.successor)}"
    mark = "*" if is_default else " "
    if len(name) >= _NAME:
        yield f"  {mark} {name}"
        mark = name = ""
    yield f"  {mark:1} {name:{_NAME}}{facts}  {words}".rstrip()


_NAME = 26
_SHORT = {"tools": "tools", "images": "img", "pdf": "pdf", "thinks": "think"}


def _facts(profile: Profile) -> tuple[str, str, str, str]:
    prices = profile.prices
    return (
        _count(profile.context),
        _count(profile.output),
        f"{prices.input:g}" if prices else "?",
        f"{prices.output:g}" if prices else "?",
    )


def _words(profile: Profile) -> list[str]:
    return [word for name, word in _ABILITIES.items() if getattr(profile, name)]


def _withdrawn(profile: Profile) -> str:
    return f"withdrawn: {profile.successor}" if profile.successor else ""


def _count(tokens: int) -> str:
    if tokens >= 1_000_000:
        return f"{tokens / 1_000_000:.3g}M"
    return f"{tokens // 1000}k" if tokens >= 10_000 else str(tokens)
