"""A session as a document: JSON that can be read in again, or Markdown for people."""

from __future__ import annotations

import html
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pycode.client.sessions import Sessions, Shown
from pycode.core.errors import UsageError
from pycode.core.identifier import Identifier
from pycode.core.parts import AnyPart, FilePart, ReasoningPart, RetryPart, TextPart, ToolPart
from pycode.core.records import MessageInfo, SessionInfo
from pycode.core.version import __version__
from pycode.engine.fork import write_session
from pycode.engine.state import fold
from pycode.storage.record import Record, parse_line, version
from pycode.storage.session_ids import is_session_id
from pycode.storage.shapes import is_readable
from pycode.system.files import read_bytes
from pycode.system.text import visible
from pycode.workspace.project import Project, find_project

FORMAT = "pycode-session"
"""What the document says it is."""
LARGEST = 500_000_000
"""The most bytes of a document that is read in."""

_FENCE = re.compile(r"`{3,}")
_LONGEST_LINE = 120


def export_json(sessions: Sessions, text: str) -> Iterator[str]:
    """Yield the pieces of the document that `import_json` takes: all records of the log, one a line.

    Args:
        sessions: The sessions.
        text: The session's id, or the beginning of it.

    Raises:
        SessionNotFoundError: There is no such session.
        StorageError: Its log cannot be read, or does not say what it is.
    """
    shown = sessions.show(text)
    head = {
        "format": FORMAT,
        "version": version(),
        "pycode": __version__,
        "session": shown.info.to_dict(),
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "records": [\n'
    mark = ""
    for record in sessions.store.open(shown.info.id, write=False).read():
        if is_readable(record):
            yield mark + record.to_line().decode("utf-8").rstrip("\n")
            mark = ",\n"
    yield "\n]}\n"


def import_json(sessions: Sessions, path: Path, project: Project) -> SessionInfo:
    """Make a session of a document that `export_json` wrote and return its facts.

    It keeps its id where that is free. What its requests began with is left out: it was made for another machine, or another
    state of the project. A session whose directory is not here goes to `project`.

    Args:
        sessions: The sessions.
        path: The document.
        project: Where to put what has no place here.

    Raises:
        UsageError: The file cannot be read, or is no such document.
        StorageError: The session cannot be written.
    """
    document = _document(path)
    records = list(_records(document, path))
    state = fold(records)
    if state.info is None:
        raise UsageError(f"{path} has no record that says what session it is")
    written_as = state.info.id
    place = _place(state.info.directory) or project
    info = replace(state.info, directory=str(place.directory), project_id=place.id)
    if not is_session_id(info.id) or sessions.store.exists(info.id):
        info = replace(info, id=Identifier.descending("ses"))
    # A session that is not here can be neither its parent nor its origin.
    info = replace(
        info,
        parent_id=_known(info.parent_id, sessions),
        origin=_known(info.origin, sessions),
    )
    kept = (record for record in records if record.kind != "prefix")
    write_session(sessions.store, info, kept, written_as)
    return info


def export_markdown(shown: Shown) -> Iterator[str]:
    """Yield the pieces of a page that a person can read.

    Args:
        shown: The session.
    """
    info, summary = shown.info, shown.summary
    yield f"# {_line(info.title)}\n\n"
    facts = [
        ("session", f"`{info.id}`"),
        ("directory", f"`{_line(info.directory)}`"),
        ("begun", _when(info.created)),
        ("model", f"`{_line(info.model)}`" if info.model else ""),
        ("requests", str(summary.steps)),
        ("cost", f"${summary.cost:.4f}" if summary.cost else ""),
    ]
    for name, value in facts:
        if value:
            yield f"- {name}: {value}\n"
    for entry in shown.entries:
        yield _heading(entry.info)
        for part in entry.parts.values():
            if text := _part(part):
                yield f"\n{text}\n"
        if entry.info.error:
            yield f"\n> {_line(entry.info.error)}\n"


def fenced(text: str, language: str = "") -> str:
    """Return text as a block of code that nothing in it can end."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{visible(text).rstrip()}\n{fence}"


def _document(path: Path) -> dict[str, Any]:
    try:
        data = read_bytes(Path(os.path.realpath(path)), LARGEST)
        document = json.loads(data.decode("utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {path}; name one that exists") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is no JSON; give a file that 'pycode sessions export' wrote"
        ) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"{path} is no session; give a file that 'pycode sessions export' wrote")
    if not isinstance(document.get("version"), int) or document["version"] > version():
        raise UsageError(f"{path} was written by a newer PyCode; upgrade to read it in")
    if not isinstance(document.get("records"), list):
        raise UsageError(f"{path} is no whole session: it has no records")
    return document


def _records(document: dict[str, Any], path: Path) -> Iterator[Record]:
    """Yield the records of a document, each checked: what is written into a log is relied on later."""
    parents: dict[str, Any] = {}
    for number, item in enumerate(document["records"], 1):
        record = parse_line(json.dumps(item).encode("ascii"))
        if record is None or not is_readable(record) or record.v > version():
            raise UsageError(f"{path} is broken: its record {number} is none")
        if record.kind == "message":
            parent = record.data.get("parent")
            if parents.setdefault(record.id, parent) != parent:
                raise UsageError(f"{path} is broken: its record {number} moves a message")
            if parent is not None and (parent == record.id or parent not in parents):
                raise UsageError(f"{path} is broken: its record {number} follows an unknown one")
        yield record


def _place(directory: str) -> Project | None:
    """Return the project of a directory that is on this machine too."""
    return (
        find_project(directory) if os.path.isabs(directory) and os.path.isdir(directory) else None
    )


def _known(session_id: str | None, sessions: Sessions) -> str | None:
    return session_id if session_id is not None and sessions.store.exists(session_id) else None


def _heading(info: MessageInfo) -> str:
    if info.role == "user":
        return f"\n## You, {_when(info.created)}\n"
    return f"\n## {_line(info.model or 'PyCode')}\n"


def _part(part: AnyPart) -> str:
    match part:
        case TextPart(synthetic=True) | TextPart(text=""):
            return ""
        case TextPart():
            return visible(part.text).strip()
        case ReasoningPart() if part.text.strip():
            return _folded("Thinking", visible(part.text).strip())
        case FilePart():
            return f"Attached: `{_line(part.path)}` ({_line(part.media_type)})"
        case ToolPart():
            return _call(part)
        case RetryPart():
            return f"> Asked again: {_line(part.error)}"
        case _:
            return ""


def _call(part: ToolPart) -> str:
    pieces = [fenced(json.dumps(part.input, ensure_ascii=False, indent=2), "json")]
    diff = part.metadata.get("diff")
    if isinstance(diff, str) and diff:
        pieces.append(fenced(diff, "diff"))
    elif part.output:
        pieces.append(fenced(part.output))
    if part.error:
        pieces.append(f"> {_line(part.error)}")
    return _folded(
        f"{_line(part.title or part.tool)} ({part.status})", "\n\n".join(pieces), part.tool
    )


def _folded(title: str, text: str, tool: str = "") -> str:
    label = f"<code>{html.escape(_line(tool))}</code> " if tool else ""
    return f"<details><summary>{label}{html.escape(title)}</summary>\n\n{text}\n\n</details>"


def _line(text: str) -> str:
    """Return text on one line that cannot break out of it."""
    line = " ".join(visible(text).split())
    line = line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
    return line.replace("`", "'")


def _when(milliseconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(milliseconds / 1000))
