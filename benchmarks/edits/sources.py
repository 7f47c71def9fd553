"""Where edits come from: the seed corpus, a git history, a tree of sources without one."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.edits.cases import Edit, edits_between

SEED = Path(__file__).with_name("seed")

_MAX_COMMITS = 400
_SUFFIXES = frozenset("""
    .c .cc .cfg .cpp .cs .css .go .h .html .ini .java .js .json .jsx .kt .lua .md .mk .php .pl .py .rb .rs .sh .sql .svelte
    .swift .toml .ts .tsx .txt .vue .xml .yaml .yml
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
_NAME = re.compile(r"\b[a-z_]{4,}\b")


def seed() -> Iterator[Edit]:
    """Yield the edits of the corpus that comes with PyCode."""
    for before in sorted(SEED.glob("*.before")):
        after = before.with_suffix(".after")
        yield from edits_between(
            before.stem, before.read_text(encoding="utf-8"), after.read_text(encoding="utf-8")
        )


def history(repository: Path) -> Iterator[Edit]:
    """Yield the edits of a repository's last commits, newest first.

    Args:
        repository: A folder with a git history.
    """
    log = ["log", "--no-merges", f"-{_MAX_COMMITS}", "--diff-filter=M", "--format=%H", "--raw"]
    commit = ""
    for line in _git(repository, *log, "--no-abbrev").splitlines():
        if not line.startswith(":"):
            commit = line or commit
            continue
        facts, _, name = line.partition("\t")
        if Path(name).suffix in _SUFFIXES:
            before, after = (
                _git(repository, "cat-file", "-p", blob) for blob in facts.split()[2:4]
            )
            yield from edits_between(f"{commit[:8]} {name}", before, after)


def tree(folder: Path, random: Random) -> Iterator[Edit]:
    """Yield made-up edits of real files.

    Args:
        folder: A folder of sources.
        random: Chooses what is changed.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _SUFFIXES or not path.is_file():
            continue
        try:
            before = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        if before.count("\n") > 10:
            yield from edits_between(path.name, before, _changed(before, random))


def _changed(text: str, random: Random) -> str:
    """Return a text with a few changes of the kinds that programmers make."""
    lines = text.split("\n")
    level = "\t" if "\n\t" in text else "    "
    for _ in range(4):
        first = random.randrange(len(lines) - 6)
        size = random.randrange(1, 6)
        stretch = lines[first : first + size]
        lines[first : first + size] = random.choice(_CHANGES)(stretch, level, random)
    return "\n".join(lines)


def _renamed(lines: list[str], level: str, random: Random) -> list[str]:
    names = _NAME.findall("\n".join(lines))
    if not names:
        return lines
    name = random.choice(names)
    return [re.sub(rf"\b{name}\b", f"{name}_new", line) for line in lines]


def _wrapped(lines: list[str], level: str, random: Random) -> list[str]:
    text = [line for line in lines if line.strip()]
    if not text:
        return lines
    indentation = text[0][: len(text[0]) - len(text[0].lstrip())]
    return [
        f"{indentation}if enabled:",
        *(level + line if line.strip() else line for line in lines),
    ]


def _doubled(lines: list[str], level: str, random: Random) -> list[str]:
    return [*lines, *_renamed(lines, level, random)]


def _shortened(lines: list[str], level: str, random: Random) -> list[str]:
    return lines[: len(lines) // 2]


def _prefixed(lines: list[str], level: str, random: Random) -> list[str]:
    indentation = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    return [f'{indentation}log("step {random.randrange(100)}")', *lines]


_CHANGES = (_renamed, _wrapped, _doubled, _shortened, _prefixed)


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments], capture_output=True, check=True
    )
    return done.stdout.decode("utf-8", "replace")
