"""`pycode auth`: store keys, show which there are, forget them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pycode.core.errors import UsageError
from pycode.system.terminal import is_terminal


@click.group("auth")
def command() -> None:
    """Store keys of providers, list them, or forget them.

    A key of config.yaml goes before one of the environment, and that before a stored one.
    """


@command.command("login")
@click.argument("provider")
def login(provider: str) -> None:
    """Store the key of PROVIDER. It is asked for, or read from stdin when that is no terminal."""
    from pycode.client.keys import set_by, store_key

    key = _asked(provider) if is_terminal(sys.stdin) else sys.stdin.readline()
    place = store_key(provider, key, Path(), os.environ)
    click.echo(f"Stored the key of {provider} in {place}.")
    if shadow := set_by(provider, Path(), os.environ):
        click.echo(f"{shadow} is set, and goes before it.", err=True)


@command.command("list")
def list_keys() -> None:
    """Show which providers have a key, and where it is; never the key."""
    from pycode.client.keys import list_keys as listed

    rows = listed(Path(), os.environ)
    for name, place in rows:
        click.echo(f"{name}\t{place}" if not is_terminal(sys.stdout) else f"{name:20} {place}")
    if not rows:
        click.echo("There are no keys: pycode auth login PROVIDER", err=True)


@command.command("logout")
@click.argument("provider")
def logout(provider: str) -> None:
    """Forget the stored key of PROVIDER."""
    from pycode.client.keys import forget_key, set_by

    if not forget_key(provider, os.environ):
        raise UsageError(f"no key of {provider!r} is stored; see pycode auth list")
    click.echo(f"Forgot the key of {provider}.")
    if shadow := set_by(provider, Path(), os.environ):
        click.echo(f"{shadow} is still set.", err=True)


def _asked(provider: str) -> str:
    key: str = click.prompt(f"Key of {provider}", hide_input=True, err=True)
    return key
