"""What a repository's own files would make a read-only git command run.

`git status` runs `core.fsmonitor`, refreshes the index and then runs the hook `post-index-change`; `git diff` runs external and textconv
drivers and clean filters; `git log` may run `gpg.program`. All of it stands below the git directory in files that PyCode's tools
cannot write, but a repository that was unpacked from an archive brings its own.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_PROGRAM = re.compile(
    r"^[ \t]*(fsmonitor|external|textconv|program|clean|smudge|process|sshcommand|uploadpack)"
    r"[ \t]*=[ \t]*+(?!(?:true|false|yes|no|on|off|[01])?[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_HOOKS_PATH = re.compile(r"^[ \t]*hookspath[ \t]*=([^\n]*)", re.IGNORECASE | re.MULTILINE)
_INCLUDE = re.compile(r"^\s*\[\s*include(if)?\b", re.IGNORECASE | re.MULTILINE)
_SECTION = re.compile(r"^[ \t]*\[[^\n]*?\](?=[ \t]*\w)", re.MULTILINE)
_LIMIT = 1_000_000


def program_in_repository(directory: Path) -> str | None:
    """Return what git would run because of the repository around a directory, as the end of a sentence, or None.

    Args:
        directory: Where git would be started, a real path.
    """
    for folder in (directory, *directory.parents):
        entry = folder / ".git"
        if os.path.isdir(entry):
            return _program_in(entry, folder)
        if os.path.isfile(entry):
            return _program_in(folder / _text(entry).partition("gitdir:")[2].strip(), folder)
        if all(os.path.exists(folder / name) for name in ("HEAD", "objects", "refs")):
            return f"{folder} is a bare repository, whose settings could come from anybody"
    return None


def _program_in(git: Path, root: Path) -> str | None:
    common = git / _text(git / "commondir").strip()
    texts: list[str] = []
    for config in (git / "config", git / "config.worktree", common / "config"):
        text = _text(config)
        texts.append(_SECTION.sub("\n", text))
        if _INCLUDE.search(text):
            return f"{config} includes another file, which may name programs"
        # A key may stand on the line of its section.
        match = _PROGRAM.search(texts[-1])
        if match is not None:
            return f"{config} names a program that git would run ({match[1].lower()})"
    hooks = [folder / "hooks" for folder in (git, common)]
    for value in (value for text in texts for value in _HOOKS_PATH.findall(text)):
        if "\\" in value:
            return f"{git} says in an unusual way where its hooks are"
        hooks.append(root / os.path.expanduser(re.split("[#;]", value)[0].strip().strip('"')))
    for folder in hooks:
        hook = folder / "post-index-change"
        if os.access(hook, os.X_OK):
            return f"{hook} is a hook that git would run"
    return None


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_LIMIT)
    except OSError:
        return ""  # what cannot be read here cannot be read by git either
