"""Paths as a model writes them: made absolute and real, compared by components, and the names that are out of bounds.

Every check works on the real path, links followed, because a link's own name says nothing about what is changed through it.
Names are compared case-folded, in NFC and without what some file systems ignore, on every system: a name that is protected on
one disk must not be spelled differently on another.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_DEVICE_PREFIXES = ("\\\\", "\\??\\")

_PROTECTED_ANYWHERE = frozenset(
    {
        # What an agent or an editor obeys.
        ".pycode",
        ".pycode.yaml",
        ".pycode.yml",
        ".claude",
        ".codex",
        ".gemini",
        ".mcp.json",
        ".idea",
        # What a shell or git obeys the next time somebody uses it.
        ".bashrc",
        ".bash_profile",
        ".bash_login",
        ".bash_logout",
        ".bash_aliases",
        ".profile",
        ".zshrc",
        ".zshenv",
        ".zprofile",
        ".zlogin",
        ".zlogout",
        ".kshrc",
        ".cshrc",
        ".tcshrc",
        ".login",
        ".inputrc",
        ".xprofile",
        ".gitconfig",
    }
)
_PROTECTED_IN_FOLDER = {".vscode": frozenset({"settings.json", "tasks.json", "launch.json"})}
_PROTECTED_IN_GIT = frozenset({"hooks", "config", "config.worktree", "commondir"})
_PROTECTED_IN_HOME = (
    (".ssh",),
    (".gnupg",),
    (".aws",),
    (".azure",),
    (".kube",),
    (".oci",),
    (".config", "gcloud"),
    (".config", "gh"),
    (".config", "git"),
    (".config", "fish"),
    (".config", "autostart"),
    (".config", "systemd"),
    (".docker", "config.json"),
    (".git-credentials",),
    (".netrc",),
    (".npmrc",),
    (".pypirc",),
    (".terraform.d",),
)
_HARMLESS_SECRETS = (".example", ".sample", ".template")


def resolve(path: str, base: Path) -> Path:
    """Return the real, absolute path that `path` means.

    `~` is the home directory, a relative path begins at `base`, and links and `..` are followed through the deepest part
    that exists; what is missing behind it stays as written.

    Args:
        path: The path as a person or a model wrote it.
        base: An absolute directory.

    Raises:
        ValueError: The path holds a NUL or cannot be a file name, or names a device or another machine.
    """
    if "\0" in path:
        raise ValueError("the path holds a NUL character; name a file or a directory")
    if path.startswith(_DEVICE_PREFIXES) or (sys.platform == "win32" and path.startswith("//")):
        raise ValueError(f"{path!r} names a device or another machine; name a local file")
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise ValueError(f"{path!r} cannot be a file name on this system") from error
    if path == "~" or path.startswith(("~/", "~" + os.sep)):
        path = os.path.expanduser("~") + path[1:]
    full = os.path.join(base, path)
    if full.startswith("//"):  # POSIX leaves its meaning open; everywhere we run it is "/"
        full = "/" + full.lstrip("/")
    return Path(os.path.realpath(full))


def contains(root: Path, path: Path) -> bool:
    """Return whether `path` is `root` or lies below it, compared by components with links followed."""
    real_root = Path(os.path.realpath(root))
    return Path(os.path.realpath(path)).is_relative_to(real_root)


def is_protected(path: Path, root: Path) -> bool:
    """Return whether no tool may write `path`, whatever the mode.

    Protected are the folders and files by which an agent, an editor, git or a shell would later run something, and the
    user's own keys. Both the path as given and the real path behind it are looked at.

    Args:
        path: An absolute path; it need not exist.
        root: The project's root. Folder names above it do not count for what lies inside.
    """
    real_root = Path(os.path.realpath(root))
    real = Path(os.path.realpath(path))
    home = Path(os.path.realpath(os.path.expanduser("~")))
    for candidate in (path, real):
        if _has_protected_name(_parts_below(candidate, (root, real_root))):
            return True
        if candidate.is_relative_to(home) and _is_protected_in_home(
            tuple(_fold(part) for part in candidate.relative_to(home).parts)
        ):
            return True
    return False


def is_secret(path: Path) -> bool:
    """Return whether the file holds secrets by its name: `.env*`, but not the examples that are meant to be read."""
    names = (path.name, os.path.basename(os.path.realpath(path)))
    return any(
        name.startswith(".env") and not name.endswith(_HARMLESS_SECRETS)
        for name in (_fold(name) for name in names)
    )


def _parts_below(path: Path, roots: tuple[Path, ...]) -> list[str]:
    for root in roots:
        if path.is_relative_to(root):
            return [_fold(part) for part in path.relative_to(root).parts]
    return [_fold(part) for part in path.parts]


def _has_protected_name(parts: list[str]) -> bool:
    for index, part in enumerate(parts):
        rest = parts[index + 1 :]
        if part in _PROTECTED_ANYWHERE:
            return True
        if part in _PROTECTED_IN_FOLDER and rest and rest[0] in _PROTECTED_IN_FOLDER[part]:
            return True
        # "git~1" is the short name that Windows gives to ".git"; a ".git" file moves the whole repository elsewhere.
        if part in (".git", "git~1") and (not rest or not _PROTECTED_IN_GIT.isdisjoint(rest)):
            return True
    return False


def _is_protected_in_home(parts: tuple[str, ...]) -> bool:
    return any(parts[: len(names)] == names for names in _PROTECTED_IN_HOME)


def _fold(name: str) -> str:
    """Return a name as the most forgiving file system would compare it."""
    if not name.isascii():
        import unicodedata

        visible = "".join(c for c in name if unicodedata.category(c) != "Cf")
        name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", visible).casefold())
    else:
        name = name.lower()
    name = name.split(":", 1)[0] or name  # an NTFS stream belongs to the file
    return name.rstrip(". ") or name
