"""The programs whose words say more than their options do: scripts, expressions, and forms of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from pycode.permissions.effect_types import Effects, Write
from pycode.permissions.expansion import Field
from pycode.permissions.wrappers import program_name

_AWK_HAZARD = re.compile(r"system|getline|[|>@]|ARG[CV]|ENVIRON|SYMTAB|FUNCTAB")
_AWK_COMPARISON = re.compile(r"\|\||>=")
_AWK_OPTION = re.compile(r"-[Fv].*|--(?:assign|field-separator|source)(?:=.*)?|-e.*|--", re.DOTALL)
_SQL_HAZARD = re.compile(
    r"\\[!a-z]|^\s*\.[a-z]|\b(?:system|source|program|outfile|dumpfile|load_file|load_extension|readfile|writefile|edit|pager"
    r"|tee|lo_export|lo_import)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ENDINGS: Final = {
    "bunzip2": (".bz2", ("bz2", "bz")),
    "bzip2": (".bz2", ("bz2", "bz")),
    "gunzip": (".gz", ("gz", "tgz", "z")),
    "gzip": (".gz", ("gz", "tgz", "z")),
    "unxz": (".xz", ("xz", "lzma")),
    "unzstd": (".zst", ("zst",)),
    "xz": (".xz", ("xz", "lzma")),
    "zstd": (".zst", ("zst",)),
}
"""Program to the ending that it adds, and those that it takes away."""
_IN_PLACE = re.compile(r"-[acFhlnpsw0-9]*i")
_CMAKE_PROGRAM = re.compile(
    r"-D\s*\w*(?:COMPILER|LAUNCHER|TOOLCHAIN|PROGRAM|COMMAND|LINKER|EXECUTABLE|INCLUDE|INSTALL)"
)


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
    scripts = option_values(argv, "-e", "--expression")
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
    for item in argv[1:]:
        if item.value == "--":
            break
        if item.value[:1] == "-" and not _AWK_OPTION.fullmatch(item.value):
            effects.needs(
                item.value.partition("=")[0], "an option of awk that may run or write something"
            )
    programs = [*operands[:1], *option_values(argv, "-e", "--source")]
    for program in programs:
        if not program.literal or is_awk_hazard(program.value):
            effects.needs("", "an awk program that may run something, read or write files")
    effects.reads += [item.value for item in operands[1:] if "=" not in item.value]


def is_awk_hazard(program: str) -> bool:
    """Return whether an awk program may run something, read or write a file."""
    return _AWK_HAZARD.search(_AWK_COMPARISON.sub(" ", program)) is not None


def option_values(argv: Sequence[Field], short: str, long: str) -> list[Field]:
    """Return the values of an option, as far as it is written plainly."""
    found: list[Field] = []
    for index, item in enumerate(argv):
        word = item.value
        if word.startswith("--"):
            name, mark, value = word.partition("=")
            if len(name) > 2 and long.startswith(name):  # a long option may be shortened
                following = argv[index + 1] if index + 1 < len(argv) else Field("")
                found.append(Field(value, item.literal) if mark else following)
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


def _date(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in operands:
        if not operand.value.startswith("+"):
            effects.needs(operand.value, "date sets the clock")


def _sql(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    """Note the commands of a database's shell that run programs or touch files."""
    if any(_SQL_HAZARD.search(item.value) for item in argv[1:]):
        effects.needs("", f"{argv[0].value} may run a program, read or write a file")


def _compiler(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in operands:
        if operand.value.startswith("@"):
            effects.needs("", f"{argv[0].value} takes its options from {operand.value}")


def _cmake(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for before, item in pairwise(argv):
        defined = f"-D{item.value}" if before.value == "-D" else item.value
        if _CMAKE_PROGRAM.match(defined):
            effects.needs("", f"{item.value} says what cmake runs")


def _convert(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in operands:
        if operand.value[:1] in "|@" or ":" in operand.value:
            effects.needs("", f"{operand.value} may be more than a file to {argv[0].value}")


def _compressor(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    """Note the file beside the one that is packed or unpacked: both are changed."""
    packs, unpacks = _ENDINGS[program_name(argv[0].value)]
    for operand in operands:
        path, _, ending = operand.value.rpartition(".")
        effects.writes.append(Write(f"{operand.value}{packs}", own=True))
        if ending in unpacks and path:
            effects.writes.append(Write(path, own=True))


def _split(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    prefix = operands[1].value if len(operands) > 1 else "x"
    effects.writes.append(Write(prefix.rpartition("/")[0] or ".", own=True))


def _in_place(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    """Note that perl and ruby write the files themselves with `-i`."""
    if any(_IN_PLACE.match(item.value) for item in argv[1:]):
        effects.writes += [Write(operand.value, own=True) for operand in operands]


def _patch(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    effects.writes += [Write(operand.value, own=True) for operand in operands[:1]]


def _xxd(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    """Note that whatever stands behind its first file is a file to write, an option too."""
    words = [item.value for item in argv[1:]]
    first = operands[0].value if operands else ""
    for word in words[words.index(first) + 1 :] if first in words else ():
        effects.writes.append(Write(word, own=True))
        effects.needs(word, "xxd writes to its second file")


def _unzip(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    letters = {letter for item in argv[1:] if item.value[:1] == "-" for letter in item.value[1:]}
    if not letters & set("lptvzZ"):
        effects.writes.append(Write(".", own=True))


def _make(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in operands:
        name, mark, _ = operand.value.partition("=")
        if mark:
            effects.needs(name.rstrip(":+?!"), f"make {name}= may change what it runs")


def _editor(argv: Sequence[Field], operands: Sequence[Field], effects: Effects) -> None:
    for operand in operands:
        if operand.value.startswith("+") and not operand.value[1:].isdigit():
            effects.needs(operand.value, f"{argv[0].value} {operand.value} may run something")


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


SPECIAL: Final[dict[str, Callable[[Sequence[Field], Sequence[Field], Effects], None]]] = {
    **dict.fromkeys(_ENDINGS, _compressor),
    "c++": _compiler,
    "cc": _compiler,
    "clang": _compiler,
    "clang++": _compiler,
    "cmake": _cmake,
    "convert": _convert,
    "date": _date,
    "ex": _editor,
    "g++": _compiler,
    "gcc": _compiler,
    "magick": _convert,
    "mariadb": _sql,
    "mysql": _sql,
    "nvim": _editor,
    "patch": _patch,
    "perl": _in_place,
    "psql": _sql,
    "ruby": _in_place,
    "split": _split,
    "sqlite3": _sql,
    "unzip": _unzip,
    "vi": _editor,
    "xxd": _xxd,
    "view": _editor,
    "vim": _editor,
    "vimdiff": _editor,
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
"""Program to what notes what its words say."""
