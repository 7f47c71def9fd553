"""What a command line of Claude Code's means for PyCode."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from pycode.cli.claude.headless import Headless
from pycode.cli.claude.options import EFFORTS, Given, split_rules
from pycode.cli.claude.rules import own_rule
from pycode.cli.formats.names import inward
from pycode.cli.formats.output import FORMATS, Format
from pycode.client.claude_modes import claude_mode
from pycode.client.local import LocalOptions
from pycode.client.model_alias import model_alias
from pycode.core.errors import UsageError


def headless_of(given: Given) -> Headless:
    """Return the run that a command line asks for.

    Raises:
        UsageError: A value cannot be.
    """
    values, flags = given.values, given.flags
    output = _format(values.get("--output-format", "text"))
    input_form = values.get("--input-format", "text")
    if input_form not in ("text", "stream-json"):
        raise UsageError(f"--input-format is text or stream-json, not {input_form!r}")
    reads_lines = input_form == "stream-json"
    if reads_lines and output != "stream-json":
        raise UsageError("--input-format=stream-json needs --output-format=stream-json")
    tool = values.get("--permission-prompt-tool")
    if tool is not None and (tool != "stdio" or not reads_lines):
        given.notices.append(
            "--permission-prompt-tool is only served as 'stdio' with --input-format stream-json; what would be asked is denied"
        )
    resume, newest = values.get("--resume"), "--continue" in flags
    if resume is not None and newest:
        raise UsageError("--resume and --continue name two sessions; give one of them")
    if "--session-id" in values and (resume or newest) and "--fork-session" not in flags:
        raise UsageError("--session-id with --resume or --continue needs --fork-session, too")
    servers = _mcp_servers(given)
    return Headless(
        _local(given),
        prompt=None if reads_lines else " ".join(given.words),
        output=output,
        partial="--include-partial-messages" in flags,
        all_lines="--verbose" in flags,
        asks=tool == "stdio" and reads_lines,
        budget=_number(values, "--max-budget-usd"),
        newest=newest,
        resume=resume,
        fork="--fork-session" in flags,
        name=values.get("--session-id"),
        mcp_servers=servers,
        debug="--debug" in flags,
        notices=given.notices,
    )


def _local(given: Given) -> LocalOptions:
    values, lists = given.values, given.lists
    mode = values.get("--permission-mode", "default")
    if "--dangerously-skip-permissions" in given.flags:
        mode = "bypassPermissions"
    claude_mode(mode)
    disallowed = split_rules(lists.get("--disallowedTools", []))
    denied = [own_rule(rule) for rule in disallowed]
    turns = _number(values, "--max-turns")
    return LocalOptions(
        directory=values.get("--cwd", "."),
        model=model_alias(values["--model"]) if "--model" in values else None,
        limits={"max_steps": int(turns)} if turns is not None else {},
        schema=_schema(values.get("--json-schema")),
        thinking=_thinking(values),
        allow=tuple(own_rule(rule) for rule in split_rules(lists.get("--allowedTools", []))),
        # Without `Write` files can still be edited, and the rules have one key for both.
        deny=tuple(rule for rule in denied if rule != "write"),
        trust="--trust" in given.flags,
        directories=_folders(lists.get("--add-dir", [])),
        tools=_tools(given),
        without_tools=tuple(rule for rule in denied if "(" not in rule and "*" not in rule),
        system_prompt=_text(values, "--system-prompt"),
        more_system_prompt=_text(values, "--append-system-prompt") or "",
        claude_mode=mode,
    )


def _format(name: str) -> Format:
    for known in FORMATS:
        if known == name and known != "events":
            return known
    raise UsageError(f"--output-format is text, json or stream-json, not {name!r}")


def _tools(given: Given) -> tuple[str, ...] | None:
    if "--tools" not in given.lists:
        return None
    names = split_rules(given.lists["--tools"])
    if names == ["default"]:
        return None
    return tuple(inward(name) for name in names)


def _text(values: dict[str, str], option: str) -> str | None:
    file = values.get(f"{option}-file")
    if file is None:
        return values.get(option)
    if option in values:
        raise UsageError(f"{option} and {option}-file are two texts; give one of them")
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option}-file {file} cannot be read: {error}") from error


def _number(values: dict[str, str], option: str) -> float | None:
    if option not in values:
        return None
    try:
        number = float(values[option])
    except ValueError:
        number = 0.0
    if not math.isfinite(number) or number <= 0 or (option == "--max-turns" and number % 1):
        raise UsageError(f"{option} must be a number above 0, not {values[option]!r}")
    return number


def _thinking(values: dict[str, str]) -> str | None:
    if values.get("--thinking") == "disabled":
        return "off"
    effort = values.get("--effort")
    if effort is not None and effort not in EFFORTS:
        raise UsageError(f"--effort is one of {', '.join(EFFORTS)}, not {effort!r}")
    return EFFORTS[effort] if effort is not None else None


def _schema(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    schema = _object(text)
    if schema is None:
        raise UsageError("--json-schema is no JSON object")
    return schema


def _folders(folders: list[str]) -> tuple[str, ...]:
    for folder in folders:
        if not os.path.isdir(folder):
            raise UsageError(f"--add-dir {folder}: there is no such directory")
    return tuple(folders)


def _mcp_servers(given: Given) -> tuple[str, ...]:
    """Return the names of the servers that were given."""
    names: list[str] = []
    for text in given.lists.get("--mcp-config", []):
        config = _object(text)
        if config is None:
            try:
                config = _object(Path(text).read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(f"--mcp-config {text} cannot be read: {error}") from error
        servers = config.get("mcpServers") if config is not None else None
        if not isinstance(servers, dict):
            raise UsageError('--mcp-config is no JSON object with "mcpServers"')
        names += servers
    if names:
        given.notices.append(f"MCP servers are not served yet: {', '.join(names)}")
    return tuple(names)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
