"""`pycode sessions`: list them, look into them, rename them, put them away, delete them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from pycode.cli.nearest import NearestGroup
from pycode.cli.session_arguments import complete_ids, confirm, one_line, working_directory
from pycode.cli.sessions_files import export, import_, prune
from pycode.core.errors import UsageError
from pycode.system.terminal import is_terminal
from pycode.system.text import visible

if TYPE_CHECKING:
    from pycode.client.sessions import Shown
    from pycode.core.parts import AnyPart
    from pycode.core.records import SessionInfo


@click.group("sessions", cls=NearestGroup)
def command() -> None:
    """List sessions, look into them, rename, archive, delete, export and import them.

    ID is a session's id, or a beginning of it that no other session has.
    """


@command.command("list")
@click.option("--all", "of_all", is_flag=True, help="Those of all projects.")
@click.option("--archived", is_flag=True, help="Also those that were put away.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="How many at most, the newest first; 0 is all.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--cwd", metavar="DIR", help="The project of this directory.")
@click.pass_context
def list_(
    context: click.Context, /, of_all: bool, archived: bool, limit: int, as_json: bool, cwd: str
) -> None:
    """Show the sessions of this project, the newest first.

    In a pipe each session is a line: id, when it was begun, when it was last active, title, separated by tabs.
    """
    from pycode.client.sessions import Sessions
    from pycode.workspace.project import find_project

    sessions = Sessions.default(os.environ)
    project = None if of_all else find_project(working_directory(context, cwd)).id
    # One more than is shown, to know whether there are more.
    found = sessions.listed(project, limit + 1 if limit else None, archived=archived)
    shown = found[:limit] if limit else found
    active = {info.id: sessions.active(info) for info in shown}
    if as_json:
        rows = [{**info.to_dict(), "active": active[info.id]} for info in shown]
        click.echo(json.dumps(rows))
    elif is_terminal(sys.stdout):
        click.echo("\n".join(_page(shown, active)))
    else:
        lines = (
            f"{info.id}\t{_stamp(info.created)}\t{_stamp(active[info.id])}\t{one_line(info.title)}\n"
            for info in shown
        )
        click.echo("".join(lines), nl=False)
    if not found:
        where = "" if of_all else " in this project; see --all"
        click.echo(f"There are no sessions{where}.", err=True)
    elif len(found) > len(shown):
        click.echo("There are more: -n 0 shows all.", err=True)


@command.command("show")
@click.argument("session", metavar="ID", shell_complete=complete_ids)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with all messages.")
def show(session: str, as_json: bool) -> None:
    """Show what a session is and what was said in it."""
    from pycode.client.sessions import Sessions

    found = Sessions.default(os.environ).show(session)
    if as_json:
        click.echo(json.dumps(_as_json(found)))
        return
    for line in _facts(found):
        click.echo(line)
    for entry in found.entries:
        speaker = "You" if entry.info.role == "user" else (entry.info.model or "PyCode")
        pieces = [line for part in entry.parts.values() if (line := _piece(part))]
        if pieces:
            click.echo(f"\n{click.style(visible(speaker), bold=True)}")
            click.echo("\n".join(pieces))


@command.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--all", "of_all", is_flag=True, help="In all projects.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many sessions.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--cwd", metavar="DIR", help="The project of this directory.")
@click.pass_context
def search(
    context: click.Context,
    /,
    words: tuple[str, ...],
    of_all: bool,
    limit: int,
    as_json: bool,
    cwd: str,
) -> None:
    """Find the sessions of this project in which all WORDS were said, in one message; the last one may be a beginning."""
    from pycode.client.sessions import Sessions
    from pycode.workspace.project import find_project

    sessions = Sessions.default(os.environ)
    project = None if of_all else find_project(working_directory(context, cwd)).id
    hits = sessions.search(" ".join(words), project, limit)
    if as_json:
        click.echo(json.dumps([hit.to_dict() for hit in hits]))
        return
    for hit in hits:
        if is_terminal(sys.stdout):
            click.echo(f"{click.style(hit.session_id, bold=True)}  {one_line(hit.title)}")
            click.echo(f"  {one_line(hit.text)}")
        else:
            click.echo(f"{hit.session_id}\t{one_line(hit.title)}\t{one_line(hit.text)}")
    if not hits:
        where = "" if of_all else " in this project; see --all"
        click.echo(f"Nothing was found{where}.", err=True)


@command.command("rename")
@click.argument("session", metavar="ID", shell_complete=complete_ids)
@click.argument("title", nargs=-1, required=True)
def rename(session: str, title: tuple[str, ...]) -> None:
    """Give a session another title."""
    from pycode.client.sessions import Sessions

    text = " ".join(title).strip()
    if not text:
        raise UsageError("the title is empty; give it some words")
    info = Sessions.default(os.environ).rename(session, text)
    click.echo(f"{info.id} is now called {one_line(info.title)!r}.")


@command.command("archive")
@click.argument("sessions", metavar="ID...", nargs=-1, required=True, shell_complete=complete_ids)
@click.option("--undo", is_flag=True, help="Take them out again.")
def archive(sessions: tuple[str, ...], undo: bool) -> None:
    """Put sessions away: lists leave them out, and nothing of them is lost."""
    from pycode.client.sessions import Sessions

    store = Sessions.default(os.environ)
    for text in sessions:
        info = store.archive(text, undo=undo)
        click.echo(f"{info.id} {'is in the list again' if undo else 'is put away'}.")


@command.command("delete")
@click.argument("sessions", metavar="ID...", nargs=-1, required=True, shell_complete=complete_ids)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def delete(sessions: tuple[str, ...], yes: bool) -> None:
    """Delete sessions, their subagents' sessions and all that belongs to them, for good."""
    from pycode.client.sessions import Sessions

    store = Sessions.default(os.environ)
    found = list(dict.fromkeys(store.resolve(text) for text in sessions))
    if not yes:
        titles = {info.id: info.title for info in store.listed(archived=True)}
        for session_id in found:
            click.echo(f"{session_id}  {one_line(titles.get(session_id, '?'))}", err=True)
        confirm(f"Delete {len(found)} session{'s' if len(found) > 1 else ''} for good?")
    for session_id in found:
        # One that was deleted as another's subagent is gone already.
        if store.store.exists(session_id):
            for gone in store.delete(session_id):
                click.echo(f"Deleted {gone}.")


command.add_command(export)
command.add_command(import_)
command.add_command(prune)


def _page(shown: list[SessionInfo], active: dict[str, int]) -> list[str]:
    width = shutil.get_terminal_size().columns
    lines = []
    now = time.time()
    for info in shown:
        head = f"{info.id}  {_ago(now - active[info.id] / 1000):>4}  "
        room = max(10, width - len(head) - 1)
        title = one_line(info.title) + (" (archived)" if info.archived else "")
        cut = title if len(title) <= room else title[: room - 1] + "…"
        lines.append(f"{head}{cut}")
    return lines


def _facts(found: Shown) -> list[str]:
    from pycode.cli.render import count

    info, summary = found.info, found.summary
    usage = summary.usage
    tokens = sum(usage.get(name, 0) for name in ("input", "cache_read", "cache_write"))
    rows = [
        ("session", info.id),
        ("title", one_line(info.title)),
        ("directory", one_line(info.directory)),
        ("begun", _stamp(info.created)),
        ("active", _stamp(found.active)),
        ("archived", _stamp(info.archived) if info.archived else ""),
        ("fork of", info.origin or ""),
        ("subagent of", info.parent_id or ""),
        ("agent", one_line(info.agent or "")),
        (
            "work",
            f"{summary.prompts} prompts, {summary.steps} requests, {summary.calls} tool calls",
        ),
        ("tokens", f"{count(tokens)} in, {count(usage.get('output', 0))} out" if tokens else ""),
        ("cost", f"${summary.cost:.4f}" if summary.cost else ""),
        ("log", f"{found.size:,} bytes"),
        ("broken", f"{found.unreadable} records cannot be read" if found.unreadable else ""),
    ]
    return [f"{name:12} {value}" for name, value in rows if value]


def _piece(part: AnyPart) -> str:
    from pycode.core.parts import FilePart, TextPart, ToolPart

    match part:
        case TextPart(synthetic=False):
            return visible(part.text).strip()
        case ToolPart():
            mark = {"completed": "✓", "error": "✗", "rejected": "✗"}.get(part.status, "…")
            return f"  {mark} {one_line(part.title or part.tool)}"
        case FilePart():
            return f"  + {one_line(part.path)}"
        case _:
            return ""


def _as_json(found: Shown) -> dict[str, Any]:
    return {
        "session": found.info.to_dict(),
        "active": found.active,
        "summary": found.summary.to_dict(),
        "unreadable": found.unreadable,
        "messages": [
            {**entry.info.to_dict(), "parts": [part.to_dict() for part in entry.parts.values()]}
            for entry in found.entries
        ],
    }


def _stamp(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(milliseconds / 1000))


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "now"
