"""What one program does besides what its name says: files that its words make it read and write, and programs that they make it run.

The tables are in `pycode.permissions.effects_table`. Reading errs on the side of seeing too much: what might be an option is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from pycode.permissions.effects_table import (
    ALWAYS,
    CODE_RUNNERS,
    GENERAL,
    NETWORK,
    NETWORK_SUBCOMMANDS,
    OPERANDS,
    OPTIONS,
    PRIVILEGED,
)
from pycode.permissions.expansion import Field
from pycode.permissions.programs import READ_ONLY_PROGRAMS, unlisted_option
from pycode.permissions.wrappers import SHELLS, WRAPPERS, program_name, subcommand_among


@dataclass(slots=True, frozen=True)
class Hazard:
    """Something that a rule about the program does not cover unless it says so."""

    token: str
    """The word that a rule's pattern has to hold to cover it; empty when no pattern can."""
    reason: str
    """What it does, as a clause."""


@dataclass(slots=True, frozen=True)
class Write:
    """A file or folder that is written."""

    path: str
    """As the program gets it."""
    own: bool = False
    """Whether writing it is what the program is for, so that a rule that names the program is about it."""


@dataclass(slots=True)
class Effects:
    """What a command does."""

    reads: list[str] = field(default_factory=list)
    """Files that are certainly read."""
    writes: list[Write] = field(default_factory=list)
    """Files and folders that are written."""
    hazards: list[Hazard] = field(default_factory=list)
    """What a rule must name."""
    runs: list[list[Field]] = field(default_factory=list)
    """Commands that it runs: program and arguments."""
    scripts: list[Field] = field(default_factory=list)
    """Command lines that it runs."""
    suspicious: bool = False
    """Whether it may run what some of its words say."""
    beyond: str = ""
    """Why it reaches beyond this machine or this user, as a clause."""

    def needs(self, token: str, reason: str) -> None:
        """Note that a rule must hold a word."""
        self.hazards.append(Hazard(token, reason))


def effects_of(argv: Sequence[Field]) -> Effects:
    """Return what a command does.

    Args:
        argv: The program and its arguments.
    """
    name = table_name(argv[0].value)
    effects = Effects()
    operands = _options(name, argv, effects)
    if name in ALWAYS:
        effects.needs(name, f"{name} runs and writes whatever it is told")
    if name in _SPECIAL:
        _SPECIAL[name](argv, operands, effects)
    _operands(name, operands, effects)
    _unlisted(name, argv, effects)
    _reach(name, argv, operands, effects)
    return effects


def runs_code(argv: Sequence[Field]) -> bool:
    """Return whether a command runs code that stands in its words or comes in on standard input."""
    return table_name(argv[0].value) in CODE_RUNNERS


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
_AWK_HAZARD = re.compile(r"system|getline|[|>@]")
_KINDS: Final = "wrx!"


def _known(name: str) -> dict[str, tuple[str, bool]]:
    """Return option to its kind, and whether it has a value."""
    is_known = name in READ_ONLY_PROGRAMS or name in WRAPPERS or name in SHELLS
    return _table(OPTIONS.get(name, "" if is_known else GENERAL))


@lru_cache(maxsize=128)
def _table(text: str) -> dict[str, tuple[str, bool]]:
    known: dict[str, tuple[str, bool]] = {}
    for entry in text.split():
        option, mark, kind = entry.partition("=")
        if mark:
            known[option] = (kind, True)
        else:
            known[option.rstrip("!")] = ("!", False)
    return known


def _options(name: str, argv: Sequence[Field], effects: Effects) -> list[Field]:
    """Take the options in and return the operands."""
    known = _known(name)
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
        kind, takes = known[option]
        following = argv[at] if at < len(argv) else Field("")
        at += takes and value is None
        joined = Field(value or "", given.literal, given.prefix) if value is not None else following
        _take(name, option, kind, joined, effects)
    return operands


def _find(known: dict[str, tuple[str, bool]], word: str) -> tuple[str, str | None] | None:
    """Return the option that a word holds, and its value when that is in the word too."""
    text, mark, value = word.partition("=")
    given = value if mark else None
    if text in known:
        return text, given
    if word.startswith("--"):
        options = [option for option in known if option.startswith(text) and len(text) > 3]
        # A shortened name may be any of these; the worst counts.
        options.sort(key=lambda option: known[option][0] not in _KINDS)
        return (options[0], given) if options else None
    for index, letter in enumerate(word[1:], start=2):
        option = f"-{letter}"
        if option in known:
            kind, takes = known[option]
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
    found = subcommand_among(argv, NETWORK_SUBCOMMANDS.get(name, ()))
    if found is not None:
        effects.needs(found, f"{name} {found} talks to other machines")
    if name in PRIVILEGED:
        effects.beyond = f"{name} acts on the whole machine, as somebody else, or later"
        effects.needs(name, effects.beyond)
    elif name in NETWORK and not _stays_here(argv, operands):
        effects.beyond = f"{name} talks to other machines"
        effects.needs(name, effects.beyond)


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


def _find_program(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    """Note what `find -exec` and `fd --exec` run."""
    at = 1
    while at < len(argv):
        word = argv[at].value
        at += 1
        if word not in _EXECUTES:
            continue
        command: list[Field] = []
        while at < len(argv) and argv[at].value not in (";", "+"):
            item = argv[at]
            command.append(
                Field(item.value, False, "", "a name that find fills in ({})")
                if "{" in item.value
                else item
            )
            at += 1
        if command:
            effects.runs.append(command)
            effects.needs(program_name(command[0].value), f"find {word} runs {command[0].value}")


_EXECUTES: Final = frozenset(
    {"-exec", "-execdir", "-ok", "-okdir", "-x", "-X", "--exec", "--exec-batch"}
)


def _sed(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    from pycode.permissions.sed_scripts import read_script

    in_place = any(hazard.token in ("-i", "--in-place") for hazard in effects.hazards)
    scripts = _values(argv, "-e", "--expression")
    files = list(operands)
    if not scripts and not any(hazard.token in ("-f", "--file") for hazard in effects.hazards):
        scripts = files[:1]
        files = files[1:]
    for script in scripts:
        found = read_script(script.value)
        effects.reads += found.reads
        effects.writes += [Write(path) for path in found.writes]
        if found.runs or not script.literal:
            effects.needs("", "a sed script that may run something")
        elif found.writes or found.reads:
            effects.needs("", "a sed script that reads or writes files")
    paths = [file.value for file in files]
    effects.reads += paths
    if in_place:
        effects.writes += [Write(path, own=True) for path in paths]


def _awk(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    if any(hazard.token in ("-f", "--file") for hazard in effects.hazards):
        return
    programs = [*operands[:1], *_values(argv, "-e", "--source")]
    for program in programs:
        if not program.literal or _AWK_HAZARD.search(program.value):
            effects.needs("", "an awk program that may run something, read or write files")
    effects.reads += [item.value for item in operands[1:] if "=" not in item.value]


def _values(argv: Sequence[Field], short: str, long: str) -> list[Field]:
    """Return the values of an option, as far as it is written plainly."""
    found: list[Field] = []
    for index, item in enumerate(argv):
        word = item.value
        if word in (short, long) and index + 1 < len(argv):
            found.append(argv[index + 1])
        elif word.startswith(f"{long}="):
            found.append(Field(word[len(long) + 1 :], item.literal))
        elif word[:1] == "-" and word[1:2] not in ("-", "") and short[1] in word[1:]:
            value = word[word.index(short[1]) + 1 :]
            following = argv[index + 1] if index + 1 < len(argv) else Field("")
            found.append(Field(value, item.literal) if value else following)
    return found


def _dd(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in operands:
        key, _, value = operand.value.partition("=")
        if key == "if":
            effects.reads.append(value)
        elif key == "of":
            effects.writes.append(Write(value))
            effects.needs("of", "dd of= writes a file")


def _tar(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    """Note what the form without a dash does: `tar xf a.tar`."""
    letters = argv[1].value if len(argv) > 1 else ""
    if letters[:1] in ("", "-"):
        letters = "".join(
            item.value for item in argv[1:] if item.value[:1] == "-" != item.value[1:2]
        )
    if set(letters) & set("xcruAI"):
        effects.needs(letters.lstrip("-"), "tar writes files, except with t")
    if "x" in letters:
        effects.writes.append(Write(".", own=True))
    files = [item.value for item in operands if item.value != letters]
    if any(":" in item.value for item in argv[1:]):
        effects.needs("", "tar takes a name with a colon for another machine")
    if "c" in letters and files:
        effects.writes.append(Write(files[0], own=True))
    effects.reads += files


def _make(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in operands:
        name, mark, _ = operand.value.partition("=")
        if mark:
            effects.needs(name.rstrip(":+?!"), f"make {name}= may change what it runs")


def _pager(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in argv[1:]:
        if operand.value.startswith("+"):
            effects.needs(operand.value, f"{argv[0].value} {operand.value} may run something")


def _printf(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    if len(argv) > 1 and argv[1].value.startswith("-v"):
        effects.needs("-v", "printf -v sets a variable")


def _git(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    from pycode.permissions.git_effects import add_git_effects

    add_git_effects(argv, effects)


_SPECIAL: Final = {
    "awk": _awk,
    "dd": _dd,
    "fd": _find_program,
    "fdfind": _find_program,
    "find": _find_program,
    "gawk": _awk,
    "git": _git,
    "less": _pager,
    "make": _make,
    "mawk": _awk,
    "more": _pager,
    "most": _pager,
    "nawk": _awk,
    "printf": _printf,
    "sed": _sed,
    "tar": _tar,
    "bsdtar": _tar,
    "gtar": _tar,
}
