"""What can be said with a slash: `/help`, `/new` and the others."""

from __future__ import annotations

import difflib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pycode.cli.interactive import documents, sessions
from pycode.cli.interactive.conversation import Conversation
from pycode.core.errors import UsageError
from pycode.permissions.modes import BYPASS_NOTICE, MODES, check_bypass

_COMMAND = re.compile(r"/(\w+)(?:\s+(.*))?", re.DOTALL)
_NEXT = "; it holds from the next prompt on"


class Leave(Exception):  # noqa: N818 - a way out, not an error
    """The user wants to leave."""


Action = Callable[[Conversation, str], Awaitable[None]]


@dataclass(slots=True, frozen=True)
class Command:
    """One command."""

    usage: str
    """What stands behind its name."""
    help: str
    """What it does, in one line."""
    action: Action
    """Does it; gets what stands behind the name."""


def parse(text: str) -> tuple[str, str] | None:
    """Return the name and the rest of a command, None when the text is a prompt: `/etc/hosts` is none."""
    match = _COMMAND.fullmatch(text.strip())
    return (match[1].lower(), (match[2] or "").strip()) if match else None


async def obey(conversation: Conversation, name: str, rest: str) -> None:
    """Do what a command says.

    Raises:
        UsageError: There is no such command, or it cannot be done like that.
        Leave: The user wants to leave.
    """
    command = COMMANDS.get(name)
    if command is None:
        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"did you mean /{near[0]}?" if near else "/help shows all"
        raise UsageError(f"there is no command /{name}; {hint}")
    await command.action(conversation, rest)


async def _help(conversation: Conversation, rest: str) -> None:
    note = conversation.face.note
    for name, command in COMMANDS.items():
        note(f"  {f'/{name} {command.usage}'.strip():<22} {command.help}")
    for key, what in _KEYS.items():
        note(f"  {key:<22} {what}")


async def _new(conversation: Conversation, rest: str) -> None:
    await conversation.leave()
    conversation.face.note("A new session begins with your next prompt.")


async def _model(conversation: Conversation, rest: str) -> None:
    client = conversation.client
    if rest:
        client.set_model(rest)
        conversation.face.note(f"model: {client.model}{_NEXT}")
    else:
        conversation.face.note(f"model: {client.model}; 'pycode models' shows all")


async def _agent(conversation: Conversation, rest: str) -> None:
    client = conversation.client
    agent = client.rooms.agents(rest or None)
    if rest:
        client.options.agent = agent.name
    conversation.face.note(f"agent: {agent.name}{_NEXT if rest else ''}")


async def _mode(conversation: Conversation, rest: str) -> None:
    options = conversation.client.options
    if not rest:
        now = options.mode or "default"
        conversation.face.note(f"mode: {now}; there are {', '.join(MODES)}")
        return
    mode = next((mode for mode in MODES if mode == rest), None)
    if mode is None:
        raise UsageError(f"there is no mode {rest!r}; there are {', '.join(MODES)}")
    if mode == "bypass":
        check_bypass(conversation.client.environ)
        conversation.face.note(BYPASS_NOTICE, "yellow")
    options.mode = mode
    conversation.face.note(f"mode: {mode}{_NEXT}")


async def _exit(conversation: Conversation, rest: str) -> None:
    raise Leave


COMMANDS: Mapping[str, Command] = {
    "help": Command("", "show this", _help),
    "new": Command("", "begin a new session", _new),
    "sessions": Command("", "show this project's sessions", sessions.listed),
    "resume": Command("[NUMBER|ID]", "go on with one of them", sessions.resume),
    "model": Command("[NAME]", "show the model, or take another", _model),
    "agent": Command("[NAME]", "show who works, or take another", _agent),
    "mode": Command("[NAME]", "show what is asked, or change it", _mode),
    "cost": Command("", "show what this session used", documents.cost),
    "diff": Command("", "show what is changed in the project", documents.diff),
    "export": Command("[FILE]", "write this session to a file (.md or .json)", documents.export),
    "exit": Command("", "leave; the session is kept", _exit),
}
"""All commands, in the order of the help."""

_KEYS = {
    "!COMMAND": "run a command yourself; the model is told",
    "@PATH and Tab": "give a file along with a prompt",
    "\\ and Enter": "go on in another line",
    "Ctrl-C": "stop what runs, or clear the line; twice to leave",
}
