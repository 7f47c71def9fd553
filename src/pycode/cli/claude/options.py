"""Claude Code's command line, read as its own program reads it.

An option's value stands behind it or behind `=`; those that take a list take every word up to the next option.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pycode.core.errors import UsageError

_SHORT: Final = {
    "-p": "--print",
    "-c": "--continue",
    "-r": "--resume",
    "-d": "--debug",
    "-m": "--model",
}
_ALIASES: Final = {
    "--allowed-tools": "--allowedTools",
    "--disallowed-tools": "--disallowedTools",
    "--allow": "--allowedTools",
    "--format": "--output-format",
    "--partial": "--include-partial-messages",
}
_FLAGS: Final = frozenset("""
    --print --continue --fork-session --verbose --include-partial-messages --dangerously-skip-permissions --strict-mcp-config
    --trust
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
_VALUES: Final = frozenset("""
    --output-format --input-format --model --system-prompt --system-prompt-file --append-system-prompt
    --append-system-prompt-file --permission-mode --permission-prompt-tool --max-turns --max-budget-usd --resume --session-id
    --json-schema --effort --thinking --cwd
    """.split())  # noqa: SIM905
_LISTS: Final = frozenset(
    ["--tools", "--allowedTools", "--disallowedTools", "--add-dir", "--mcp-config"]
)
_UNUSED_FLAGS: Final = frozenset("""
    --allow-dangerously-skip-permissions --bare --brief --chrome --disable-slash-commands --exclude-dynamic-system-prompt-sections
    --ide --include-hook-events --mcp-debug --no-chrome --no-session-persistence --replay-user-messages --session-mirror
    """.split())  # noqa: SIM905
_UNUSED_VALUES: Final = frozenset("""
    --agent --agents --debug-file --fallback-model --max-thinking-tokens --name --plugin-dir --resume-drops-turn
    --resume-session-at --setting-sources --settings --task-budget --thinking-display
    """.split())  # noqa: SIM905
_UNUSED_LISTS: Final = frozenset(("--betas", "--file"))
_KNOWN: Final = (
    _FLAGS | _VALUES | _LISTS | _UNUSED_FLAGS | _UNUSED_VALUES | _UNUSED_LISTS | {"--debug"}
)
_TRIGGERS: Final = ("-p", "--print")


@dataclass(slots=True)
class Given:
    """What stood on the command line."""

    flags: set[str] = field(default_factory=set)
    """Options without a value."""
    values: dict[str, str] = field(default_factory=dict)
    """Options with one; the last counts."""
    lists: dict[str, list[str]] = field(default_factory=dict)
    """Options with many."""
    words: list[str] = field(default_factory=list)
    """What is no option: the prompt."""
    notices: list[str] = field(default_factory=list)
    """A sentence for each option that has no effect here."""


def is_headless(arguments: Sequence[str], takes_value: Callable[[str], bool]) -> bool:
    """Return whether a command line is one of Claude Code's: `-p` or lines on stdin, and no command of PyCode's before.

    Args:
        arguments: The command line.
        takes_value: Whether one of PyCode's own options takes the word behind it.
    """
    previous = ""
    for index, argument in enumerate(arguments):
        if argument == "--":
            return False
        if argument in _TRIGGERS:
            return True
        if argument == "--input-format=stream-json":
            return True
        if argument == "--input-format" and list(arguments[index + 1 : index + 2]) == [
            "stream-json"
        ]:
            return True
        if not argument.startswith("-") and _is_command(argument, previous, takes_value):
            return False
        previous = argument
    return False


def _is_command(word: str, previous: str, takes_value: Callable[[str], bool]) -> bool:
    from pycode.cli.group import COMMANDS

    if word not in COMMANDS:
        return False
    name = _name(previous)
    return not (takes_value(previous) or name in _VALUES | _UNUSED_VALUES)


def read_arguments(arguments: Sequence[str]) -> Given:
    """Read a command line.

    Raises:
        UsageError: An option is not known, or has no value.
    """
    given = Given()
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            given.words += rest
            break
        if not argument.startswith("-") or argument == "-":
            given.words.append(argument)
            continue
        option, mark, value = argument.partition("=")
        _take(given, _name(option), value if mark else None, rest)
    return given


def _take(given: Given, name: str, value: str | None, rest: list[str]) -> None:
    """Take one option, and what belongs to it from the rest of the line."""
    if name not in _KNOWN:
        raise UsageError(f"unknown option '{name}'{_nearest(name)}")
    unused = name in _UNUSED_FLAGS | _UNUSED_VALUES | _UNUSED_LISTS
    if unused:
        given.notices.append(f"{name} has no effect in PyCode")
    if name == "--debug":
        # It may have a filter, which no prompt is taken for: that would change its meaning.
        given.flags.add(name)
    elif name in _FLAGS | _UNUSED_FLAGS:
        given.flags.add(name)
    elif name in _LISTS | _UNUSED_LISTS:
        items = given.lists.setdefault(name, [])
        if value is not None:
            items.append(value)
            return
        if not rest or _is_option(rest[0]):
            raise UsageError(f"option '{name}' needs a value")
        while rest and not _is_option(rest[0]):
            items.append(rest.pop(0))
    else:
        if value is None:
            if not rest:
                raise UsageError(f"option '{name}' needs a value")
            value = rest.pop(0)
        given.values[name] = value


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _name(option: str) -> str:
    option = _SHORT.get(option, option)
    return _ALIASES.get(option, option)


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, sorted(_KNOWN | set(_ALIASES)), 1)
    return f"; did you mean {near[0]}?" if near else ""


def split_rules(texts: Sequence[str]) -> list[str]:
    """Return the single rules of option values: commas and spaces part them, but not inside of brackets."""
    rules: list[str] = []
    for text in texts:
        depth = 0
        word = ""
        for character in text:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth <= 0 and (character == "," or character.isspace()):
                rules.append(word)
                word = ""
            else:
                word += character
        rules.append(word)
    return [rule for rule in rules if rule]


EFFORTS: Final[Mapping[str, str]] = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "max",
    "max": "max",
}
"""Claude Code's word for how much a model thinks to PyCode's."""
