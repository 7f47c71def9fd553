"""What one program does besides what its name says: files that its words make it read and write, and programs that they make it run.

The tables are in `pycode.permissions.effects_table`. Reading errs on the side of seeing too much: what might be an option is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pycode.permissions.effect_types import Effects, Write
from pycode.permissions.effects_table import (
    AGENTS,
    ALWAYS,
    CHANGING_SUBCOMMANDS,
    CODE_RUNNERS,
    DATABASES,
    FILTERS,
    GENERAL,
    LASTING,
    NETWORK,
    NETWORK_SUBCOMMANDS,
    OPERANDS,
    OPTIONS,
    PRIVILEGED,
    TELLING,
    USUAL_WORDS,
)
from pycode.permissions.expansion import Field
from pycode.permissions.programs import READ_ONLY_PROGRAMS, unlisted_option
from pycode.permissions.special_programs import SPECIAL
from pycode.permissions.wrappers import SHELLS, WRAPPERS, program_name, subcommand_among


def effects_of(argv: Sequence[Field]) -> Effects:
    """Return what a command does.

    Args:
        argv: The program and its arguments.
    """
    program = _program(argv[0].value)
    name = program.name
    effects = Effects()
    operands = _options(program, argv, effects)
    if not program.in_tables:
        return effects
    if name in ALWAYS:
        effects.needs(name, f"{name} runs and writes whatever it is told")
    if name in SPECIAL:
        SPECIAL[name](argv, operands, effects)
    _operands(name, operands, effects)
    _unlisted(name, argv, effects)
    _reach(name, argv, operands, effects)
    return effects


@lru_cache(maxsize=4096)
def reach_of(word: str) -> str:
    """Return why a program by itself reaches beyond this machine or user; empty where it does not or the name is a usual word."""
    name = table_name(word)
    if name in USUAL_WORDS:
        return ""
    if name in AGENTS:
        return f"{name} is an agent, and what it is told may lift what is forbidden here"
    if name in PRIVILEGED:
        return f"{name} acts on the whole machine, as somebody else, or later"
    return f"{name} talks to other machines" if name in NETWORK else ""


def runs_code(argv: Sequence[Field]) -> bool:
    """Return whether a command runs code that stands in its words or comes in on standard input."""
    return table_name(argv[0].value) in CODE_RUNNERS


def reads_code(argv: Sequence[Field], effects: Effects) -> bool:
    """Return whether a command takes the code that it runs from standard input, if anything is there."""
    name = table_name(argv[0].value)
    if name in DATABASES:
        return True
    if name not in CODE_RUNNERS or name in FILTERS or effects.hazards:
        return False
    return all(item.value.startswith(("-", "/dev/", "/proc/")) for item in argv[1:])


@lru_cache(maxsize=4096)
def table_name(word: str) -> str:
    """Return the name under which a program is in the tables: without folder, case and version."""
    name = program_name(word)
    match = _VERSIONED.fullmatch(name)
    return match[1] if match is not None else name


_VERSIONED = re.compile(r"(python|pip|perl|ruby|node|lua|php|gcc|g\+\+|clang|clang\+\+)-?[0-9.]+")
_LOCAL_HOST = re.compile(
    r"(?:[a-z]+://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?:[:/?].*)?", re.IGNORECASE
)


@dataclass(slots=True, frozen=True)
class _Program:
    """What the tables say of a program."""

    name: str
    """Its name in them."""
    options: _Options
    """Its options."""
    in_tables: bool
    """Whether any table but that of the options names it."""


@dataclass(slots=True, frozen=True)
class _Options:
    """The options of a program."""

    kinds: dict[str, tuple[str, bool]]
    """Option to its kind, and whether it has a value."""
    shortened: dict[str, str]
    """The beginning of a long option to the option; of several to the worst."""


@lru_cache(maxsize=4096)
def _program(word: str) -> _Program:
    name = table_name(word)
    reads = name in READ_ONLY_PROGRAMS
    options = OPTIONS.get(name, "" if reads or name in WRAPPERS or name in SHELLS else GENERAL)
    reaches = name in PRIVILEGED or name in NETWORK or name in NETWORK_SUBCOMMANDS
    reaches = reaches or name in AGENTS or name in LASTING or name == "python"
    acts = name in ALWAYS or name in SPECIAL or name in OPERANDS or name in CHANGING_SUBCOMMANDS
    return _Program(name, _table(options), reads or reaches or acts)


@lru_cache(maxsize=128)
def _table(text: str) -> _Options:
    kinds: dict[str, tuple[str, bool]] = {}
    for entry in text.split():
        option, mark, kind = entry.partition("=")
        if mark:
            kinds[option] = (kind, True)
        else:
            kinds[option.rstrip("!")] = ("!", False)
    shortened: dict[str, str] = {}
    for option in sorted(kinds, key=lambda option: bool(kinds[option][0])):
        if option.startswith("--"):
            shortened |= {option[:end]: option for end in range(4, len(option) + 1)}
    return _Options(kinds, shortened)


def _options(program: _Program, argv: Sequence[Field], effects: Effects) -> list[Field]:
    """Take the options in and return the operands."""
    known = program.options
    operands: list[Field] = []
    at = 1
    while at < len(argv):
        given = argv[at]
        word = given.value
        at += 1
        if word == "--":
            return [*operands, *argv[at:]]
        if len(word) < 2 or word[0] != "-":
            operands.append(given)
            continue
        found = _find(known, word)
        if found is None:
            continue
        option, value = found
        kind, takes = known.kinds[option]
        following = argv[at] if at < len(argv) else Field("")
        at += takes and value is None
        joined = Field(value or "", given.literal, given.prefix) if value is not None else following
        _take(program.name, option, kind, joined, effects)
    return operands


def _find(known: _Options, word: str) -> tuple[str, str | None] | None:
    """Return the option that a word holds, and its value when that is in the word too."""
    text, mark, value = word.partition("=")
    given = value if mark else None
    if text in known.kinds:
        return text, given
    if word.startswith("--"):
        option = known.shortened.get(text)
        return None if option is None else (option, given)
    for index, letter in enumerate(word[1:], start=2):
        option = f"-{letter}"
        if option in known.kinds:
            kind, takes = known.kinds[option]
            if kind or takes:
                return option, (word[index:] or None) if takes else None
    return None


def _take(name: str, option: str, kind: str, value: Field, effects: Effects) -> None:
    if kind == "r":
        effects.reads.append(value.value)
    elif kind == "w":
        effects.writes.append(Write(value.value))
        effects.needs(option, f"{name} {option} writes a file")
    elif kind == "x":
        command = value.value.removeprefix("exec=")
        effects.scripts.append(replace(value, value=command))
        effects.needs(option, f"{name} {option} runs a program")
    elif kind == "!":
        effects.needs(option, f"{name} {option} writes, deletes or runs something")


def _operands(name: str, operands: Sequence[Field], effects: Effects) -> None:
    """Note the operands that are written, and the others of such a program as read."""
    role = OPERANDS.get(name)
    if role is None:
        return
    values = [operand.value for operand in operands]
    own = role != "tee"
    first = {"last": len(values) - 1, "from_second": 1, "second": 1}.get(role, 0)
    if role == "last" and any(not write.own for write in effects.writes):
        first = len(values)  # -t names the folder
    end = 2 if role == "second" else len(values)
    if name == "rsync" and any(":" in value for value in values[first:]):
        first = len(values)
    effects.writes += [Write(value, own) for value in values[first:end]]
    effects.reads += values[: 0 if role in ("all", "tee", "from_second") else max(first, 0)]
    if role == "second" and len(values) > 1:
        effects.needs(values[1], f"{name} writes to its second file")


def _unlisted(name: str, argv: Sequence[Field], effects: Effects) -> None:
    """Note an option that a program which is known to be read-only does not have on its list."""
    option = unlisted_option(name, [item.value for item in argv[1:]])
    if option is not None and not any(hazard.token == option for hazard in effects.hazards):
        effects.needs(option, f"{name} {option} is not known to be read-only")


def _reach(name: str, argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    """Note whether the program reaches beyond this machine or user."""
    changing = subcommand_among(argv, CHANGING_SUBCOMMANDS.get(name, ()))
    if changing is not None:
        effects.needs(
            changing, f"{name} {changing} changes what runs later, or runs something else"
        )
    found = subcommand_among(argv, NETWORK_SUBCOMMANDS.get(name, ()))
    if found is not None:
        effects.needs(found, f"{name} {found} talks to other machines")
    agent = "pycode" if name == "python" and _runs_pycode(argv) else name
    lasting = subcommand_among(argv, LASTING.get(name, ()))
    if lasting is not None:
        effects.beyond = f"{name} {lasting} makes a program of the repository run by itself later"
        effects.needs(lasting, effects.beyond)
    elif agent in AGENTS and subcommand_among(argv[:2], TELLING.get(agent, ())) is None:
        effects.beyond = f"{agent} is an agent, and what it is told may lift what is forbidden here"
        effects.needs(agent, effects.beyond)
    elif name in PRIVILEGED:
        effects.beyond = f"{name} acts on the whole machine, as somebody else, or later"
        effects.needs(name, effects.beyond)
    elif name in NETWORK and not _stays_here(argv, operands):
        effects.beyond = f"{name} talks to other machines"
        effects.needs(name, effects.beyond)


def _runs_pycode(argv: Sequence[Field]) -> bool:
    words = " ".join(item.value for item in argv[1:4])
    return re.search(r"(?:^| )-[A-Za-z]*m ?pycode\b", words) is not None


def _stays_here(argv: Sequence[Field], operands: Sequence[Field]) -> bool:
    """Return whether all addresses of a command are this machine."""
    if not all(item.literal for item in argv):
        return False
    options = [item.value for item in argv[1:] if item.value.startswith("-")]
    proxied = any(
        option.startswith(
            (
                "-x",
                "--proxy",
                "--preproxy",
                "--socks",
                "--connect-to",
                "--resolve",
                "-K",
                "--config",
                "-L",
            )
        )
        for option in options
    )
    addresses = [item.value for item in operands if "." in item.value or ":" in item.value]
    hosts = [item.value for item in operands if _LOCAL_HOST.fullmatch(item.value)]
    return bool(hosts) and not proxied and set(addresses) <= set(hosts)
