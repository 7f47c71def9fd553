"""`/cost`, `/diff` and `/export`: what a session came to, for the eye and for a file."""

from __future__ import annotations

import os
from pathlib import Path

from pycode.cli.interactive.conversation import Conversation
from pycode.cli.render import count
from pycode.client.export import export_json, export_markdown
from pycode.client.sessions import Sessions
from pycode.core.errors import UsageError
from pycode.core.parts import ToolPart
from pycode.system.git import run_git

_DIFF_LINES = 400


async def cost(conversation: Conversation, rest: str) -> None:
    """Show the tokens and the money of this session.

    Raises:
        UsageError: Nothing was said yet.
    """
    summary = home_sessions(conversation).show(_here(conversation)).summary
    usage = summary.usage
    read = sum(usage.get(name, 0) for name in ("input", "cache_read", "cache_write"))
    parts = [
        f"{summary.steps} step{'' if summary.steps == 1 else 's'}",
        f"{count(read)} tokens in ({count(usage.get('cache_read', 0))} cached)",
        f"{count(usage.get('output', 0))} out",
        f"${summary.cost:.4f}",
    ]
    conversation.face.note(" · ".join(parts))


async def diff(conversation: Conversation, rest: str) -> None:
    """Show what is not committed; where git cannot say, the edits of this session."""
    client, face = conversation.client, conversation.face
    text = await _uncommitted(client.project.root, dict(client.environ))
    if text is None:
        text = _edits(conversation)
    if text.strip():
        face.show(face.look.diff(text, _DIFF_LINES))
    else:
        face.note("Nothing is changed.")


async def export(conversation: Conversation, rest: str) -> None:
    """Write this session to a file that does not exist yet.

    Raises:
        UsageError: Nothing was said yet, or the file cannot be written.
    """
    sessions, session_id = home_sessions(conversation), _here(conversation)
    path = Path(conversation.client.project.directory, rest or f"{session_id}.md").expanduser()
    if path.suffix == ".json":
        pieces = export_json(sessions, session_id)
    else:
        pieces = export_markdown(sessions.show(session_id))
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.writelines(pieces)
    except FileExistsError as error:
        raise UsageError(f"{path} exists; name another file") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from error
    conversation.face.note(f"written: {path}")


def home_sessions(conversation: Conversation) -> Sessions:
    """Return the sessions of the user."""
    return Sessions.default(conversation.client.environ)


def _here(conversation: Conversation) -> str:
    if conversation.session_id is None:
        raise UsageError("nothing was said in this session yet")
    return conversation.session_id


async def _uncommitted(root: Path, environ: dict[str, str]) -> str | None:
    """Return the differences to the last commit, new files by name; None where there is none, or no git."""
    if not os.path.lexists(root / ".git"):
        return None
    options = ["--others", "--exclude-standard", "--directory"]
    try:
        changed = await run_git(root, "diff", environ=environ, revisions=["HEAD"])
        new = await run_git(root, "ls-files", options, environ=environ)
    except OSError:
        return None
    if changed.exit_code or new.exit_code:
        return None
    names = "".join(
        f"+ {line} (new)\n" for line in new.output.decode("utf-8", "replace").split("\n") if line
    )
    return changed.output.decode("utf-8", "replace") + names


def _edits(conversation: Conversation) -> str:
    if conversation.session_id is None:
        return ""
    entries = home_sessions(conversation).show(conversation.session_id).entries
    calls = (part for entry in entries for part in entry.parts.values())
    edits = (call.metadata.get("diff") for call in calls if isinstance(call, ToolPart))
    return "\n".join(str(edit) for edit in edits if edit)
