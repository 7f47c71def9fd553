"""`pycode sessions export`, `import` and `prune`: sessions as files, and room on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pycode.cli.session_arguments import complete_ids, confirm, one_line, working_directory
from pycode.core.errors import StorageError, UsageError
from pycode.system.text import visible

if TYPE_CHECKING:
    from pycode.client.prune import Plan

_AGE = re.compile(r"(\d+(?:\.\d+)?)([hdwmy])")
_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.0, "y": 365.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?", re.I)
_BYTES = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


class Age(click.ParamType[float]):
    """A number of days: `90d`, `12h`, `2w`, `6m`, `1y`."""

    name = "age"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Return the days that the text means."""
        match = _AGE.fullmatch(str(value).lower())
        if match is None:
            self.fail(
                f"{value!r} is no age; write 90d, or hours, weeks, months, years as 12h, 2w, 6m, 1y"
            )
        return float(match[1]) * _DAYS[match[2]]


class Size(click.ParamType[float]):
    """A number of bytes: `500MB`, `2g`, `0`."""

    name = "size"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the bytes that the text means."""
        match = _SIZE.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no size; write 500MB, 2GB or 0")
        return int(float(match[1]) * _BYTES[match[2].lower()])


@click.command("export")
@click.argument("session", metavar="ID", shell_complete=complete_ids)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "markdown"]),
    help="json, which 'import' reads (default), or a page for people; FILE's ending says it too.",
)
@click.option("-o", "--output", metavar="FILE", help="Write it there; a file that exists stays.")
def export(session: str, form: str | None, output: str | None) -> None:
    """Write a session as JSON or Markdown, to stdout or to a file."""
    from pycode.client.export import export_json, export_markdown
    from pycode.client.sessions import Sessions

    sessions = Sessions.default(os.environ)
    is_page = form == "markdown" or (form is None and str(output or "").endswith(".md"))
    shown = sessions.show(session)
    pieces = export_markdown(shown) if is_page else export_json(sessions, shown.info.id)
    if output is None:
        for piece in pieces:
            # UTF-8 whatever the terminal speaks: it is a document.
            click.echo(piece.encode("utf-8", "backslashreplace"), nl=False)
    else:
        _write(Path(output), pieces)
        click.echo(f"Wrote {output}.", err=True)
    if shown.unreadable:
        click.echo(
            f"pycode: {shown.unreadable} records of the log cannot be read; they are left out",
            err=True,
        )


@click.command("import")
@click.argument("file", metavar="FILE")
@click.option("--cwd", metavar="DIR", help="Where a session goes whose directory is not here.")
@click.pass_context
def import_(context: click.Context, /, file: str, cwd: str | None) -> None:
    """Read in a session that 'export' wrote as JSON, and print its id."""
    from pycode.client.export import import_json
    from pycode.client.sessions import Sessions
    from pycode.workspace.project import find_project

    project = find_project(working_directory(context, cwd))
    info = import_json(Sessions.default(os.environ), Path(file), project)
    click.echo(info.id)
    click.echo(f"{one_line(info.title)} in {one_line(info.directory)}", err=True)


@click.command("prune")
@click.option(
    "--older-than",
    type=Age(),
    metavar="AGE",
    help="Delete sessions in which nothing happened for so long: 90d, 2w, 6m, 1y.",
)
@click.option(
    "--outputs-over",
    type=Size(),
    metavar="SIZE",
    help="Delete kept tool outputs, the oldest first, until they take at most this: 500MB.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def prune(older_than: float | None, outputs_over: int | None, dry_run: bool, yes: bool) -> None:
    """Make room: old sessions, and kept outputs.

    Without an option only the outputs of sessions that are deleted already go. Sessions that a PyCode works in stay.
    """
    from pycode.client.prune import carry_out, plan
    from pycode.client.sessions import Sessions

    sessions = Sessions.default(os.environ)
    found = plan(sessions, older_than_days=older_than, outputs_over=outputs_over)
    _say(found)
    if dry_run or not (found.sessions or found.outputs or found.orphans):
        return
    if (found.sessions or found.outputs) and not yes:
        confirm("Delete this for good?")
    carry_out(sessions, found)
    click.echo("Done.")


def _say(found: Plan) -> None:
    for info in found.sessions:
        click.echo(f"session {info.id}  {one_line(info.title)}")
    for session_id, size in found.outputs.items():
        click.echo(f"outputs of {session_id}  {size:,} bytes")
    for session_id, size in found.orphans.items():
        click.echo(f"outputs of {session_id}, which is deleted  {size:,} bytes")
    for session_id in found.busy:
        click.echo(f"{session_id} stays: a PyCode works in it", err=True)
    if not (found.sessions or found.outputs or found.orphans):
        click.echo("There is nothing to delete.")


def _write(path: Path, pieces: Iterable[str]) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n", errors="backslashreplace") as file:
            file.writelines(pieces)
    except FileExistsError as error:
        raise UsageError(f"{visible(str(path))} exists; name another file, or remove it") from error
    except OSError as error:
        raise StorageError(f"cannot write {visible(str(path))}: {error.strerror}") from error
