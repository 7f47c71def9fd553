"""The names that are out of bounds: what no tool writes in any mode, and what is not read without asking.

Protected is that by which an agent, an editor, git or a shell would later run something, and the user's own keys; whether it
exists yet does not matter. Names are compared case-folded, in NFC and without what some file systems ignore, on every system: a
name that is protected on one disk must not be spelled differently on another.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_ANYWHERE = frozenset("""
    .pycode .pycode.yaml .pycode.yml .claude .claude.json .codex .gemini .agents .cursor .mcp.json
    .idea .fleet
    .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc .mkshrc
    .cshrc .tcshrc .login .logout .inputrc .xinitrc .xprofile .xsession .xsessionrc .pam_environment .gitconfig
    microsoft.powershell_profile.ps1 microsoft.vscode_profile.ps1
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""What an agent, an editor, a shell or git obeys wherever it lies."""
_ENDINGS = (".code-workspace",)
_IN_FOLDER = {".vscode": frozenset({"settings.json", "tasks.json", "launch.json", "mcp.json"})}
_IN_GIT = frozenset({"hooks", "config", "config.worktree", "commondir"})
_IN_HOME = tuple(tuple(line.split("/")) for line in """
    .ssh
    .gnupg
    .aws
    .azure
    .kube
    .oci
    .config/gcloud
    .config/gh
    .config/git
    .config/hub
    .config/doctl
    .config/rclone
    .config/op
    .config/pip
    .config/fish
    .config/nushell
    .config/powershell
    .config/autostart
    .config/systemd
    .config/environment.d
    .config/code
    .config/code - insiders
    .config/vscodium
    .config/jetbrains
    .config/opencode
    .config/zed
    .local/share/keyrings
    .local/share/jetbrains
    .local/share/systemd
    .vscode
    .vscode-server
    .oh-my-zsh
    .zsh
    .docker/config.json
    .git-credentials
    .netrc
    _netrc
    .npmrc
    .yarnrc
    .yarnrc.yml
    .pypirc
    .pgpass
    .my.cnf
    .boto
    .s3cfg
    .vault-token
    .terraform.d
    .terraformrc
    .cargo/credentials
    .cargo/credentials.toml
    .cargo/config.toml
    .gem/credentials
    .m2/settings.xml
    .gradle/init.gradle
    .gradle/init.d
    .gradle/gradle.properties
    .vimrc
    .emacs
    .emacs.d
    .config/nvim
    .vim
    .gdbinit
    .pdbrc
    .pythonrc
    library/application support/code
    library/application support/jetbrains
    library/keychains
    library/launchagents
    appdata/roaming/code
    appdata/roaming/jetbrains
    appdata/roaming/microsoft/windows/start menu
    documents/powershell
    documents/windowspowershell
    """.strip().split("\n") for line in [line.strip()])
"""Keys, and what runs when the user logs in or opens an editor; from the home directory down, folded."""
_MOVED_BY = ("PYCODE_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME")
"""The variables that move an agent's own folder out of the home directory."""

_HARMLESS_SECRETS = (".example", ".sample", ".template")
_ORDINARY = re.compile(r"(?:\w[\w-]*(?:\.[\w-]+)*(?:/|\Z))+", re.ASCII)
_SHORT_NAME = re.compile(r"([^.~]{1,6})~\d+(\..*)?")


class Protection:
    """What is protected in and around a project. The surroundings are looked at once, the paths then are many.

    Args:
        root: The project's root. Folder names above it do not count for what lies inside.
    """

    def __init__(self, root: Path) -> None:
        self._real_root = os.path.realpath(root)
        self._roots = tuple(dict.fromkeys((os.fspath(root), self._real_root)))
        self._home = os.path.realpath(os.path.expanduser("~"))
        config = os.environ.get("XDG_CONFIG_HOME")
        self._config = os.path.realpath(config) if config else ""
        self._moved = tuple(
            folder
            for value in map(os.environ.get, _MOVED_BY)
            if value and os.path.isabs(value)
            # A project inside of it is still a project.
            if not lies_in(self._real_root, folder := os.path.realpath(value))
        )
        self._pointed = tuple(map(str, _pointed_to(Path(self._real_root))))
        self._identities: set[tuple[int, int] | None] | None = None

    def covers(self, path: str, real: str) -> bool:
        """Return whether no tool may write a path, whatever the mode.

        The path as given, the real path behind it, and the file itself under whatever other name it has are looked at.

        Args:
            path: An absolute path; it need not exist.
            real: The same with links followed.
        """
        return (
            self._has_protected_name(real)
            or (path != real and self._has_protected_name(path))
            or any(lies_in(real, folder) for folder in self._moved)
            or self._is_in_git_folder(real)
            or self._is_twin(real)
        )

    def _has_protected_name(self, path: str) -> bool:
        below = next(
            (rest for root in self._roots if (rest := _rest(path, root)) is not None), path
        )
        if _is_protected_name(_folded(below)):
            return True
        at_home = _rest(path, self._home)
        if at_home is not None:
            return _is_in_home(_folded(at_home))
        moved = _rest(path, self._config) if self._config else None
        return moved is not None and _is_in_home([".config", *_folded(moved)])

    def _is_in_git_folder(self, real: str) -> bool:
        """Return whether a path is a hook or a setting of a git folder that has another name than `.git`.

        That is a bare repository, and what the `.git` file of a worktree or a submodule points to.
        """
        names = real.split(os.sep)
        for index, name in enumerate(names):
            if _fold(name) in _IN_GIT:
                folder = os.sep.join(names[:index]) or os.sep
                if folder in self._pointed:
                    return True
                if lies_in(folder, self._real_root) and _is_git_folder(Path(folder)):
                    return True
        return False

    def _is_twin(self, real: str) -> bool:
        """Return whether a file is, by a hard link, the same file as a protected one.

        A write would part the two names and change nothing behind the other one; but a file that is somebody's key or start-up
        file is not the project's to change, and other programs write in place.
        """
        try:
            facts = os.lstat(real)
        except (OSError, ValueError):
            return False
        if facts.st_nlink < 2 or not stat.S_ISREG(facts.st_mode):
            return False
        if self._identities is None:
            files = _protected_files(Path(self._real_root), Path(self._home))
            self._identities = set(map(_identity, files))
        return (facts.st_dev, facts.st_ino) in self._identities


def is_protected(path: Path, root: Path) -> bool:
    """Return whether no tool may write `path`, whatever the mode: see `Protection`."""
    return Protection(root).covers(os.fspath(path), os.path.realpath(path))


def lies_in(path: str, folder: str) -> bool:
    """Return whether a path is a folder or lies below it, compared by components; both absolute and real."""
    return _rest(path, folder) is not None


def is_secret(path: Path) -> bool:
    """Return whether the file holds secrets by its name: `.env*`, but not the examples that are meant to be read."""
    return is_secret_name(path.name) or is_secret_name(os.path.basename(os.path.realpath(path)))


def is_secret_name(name: str) -> bool:
    """Return the same for the name of a file that is no link."""
    folded = _fold(name)
    return folded.startswith(".env") and not folded.endswith(_HARMLESS_SECRETS)


def only_names_protect(root: Path) -> bool:
    """Return whether nothing in a project is protected by where the project lies; then `is_ordinary` may be asked.

    Args:
        root: The project's root, a real path.
    """
    home = Path(os.path.realpath(os.path.expanduser("~")))
    moved = [os.environ.get(name) for name in (*_MOVED_BY, "XDG_CONFIG_HOME")]
    places = [home, *(Path(os.path.realpath(value)) for value in moved if value)]
    if any(place.is_relative_to(root) for place in places):
        return False
    if any(root.is_relative_to(place) for place in places[1:]):
        return False
    if not root.is_relative_to(home):
        return True
    parts = tuple(_fold(part) for part in root.relative_to(home).parts)
    return not any(names[: len(parts)] == parts[: len(names)] for names in _IN_HOME)


def is_ordinary(below: str) -> bool:
    """Return whether a path has none but plain names, of which no protected one is made.

    It is what `is_protected` finds out for any path, only faster; the file itself may still be a link or have another name.

    Args:
        below: The path from the project's root on.
    """
    if _ORDINARY.fullmatch(below) is None:
        return False
    names = below.lower().split("/")
    return (
        _IN_GIT.isdisjoint(names)
        and _ANYWHERE.isdisjoint(names)
        and "-workspace" not in below.lower()
    )


def may_be_protected(path: str) -> bool:
    """Return whether a path has a name of which protected files are made; where it lies is another question."""
    names = [_fold(name) for name in path.split("/")]
    return any(
        name.startswith(".")
        or name in _IN_GIT
        or name in _ANYWHERE
        or name.endswith(_ENDINGS)
        or "~" in name
        for name in names
        if name not in (".", "..")
    )


def _rest(path: str, folder: str) -> str | None:
    """Return what of a path stands behind a folder; None when it lies elsewhere."""
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    if path == folder:
        return ""
    start = folder if folder.endswith(os.sep) else folder + os.sep
    return path[len(start) :] if path.startswith(start) else None


def _folded(path: str) -> list[str]:
    return [_fold(name) for name in path.split(os.sep) if name]


def _is_in_home(names: list[str]) -> bool:
    """Return whether a path from the home directory on is, or lies in, one that is protected there."""
    known = _home_by_name().get(names[0], ()) if names else ()
    return any(tuple(names[: len(protected)]) == protected for protected in known)


@lru_cache(maxsize=1)
def _home_by_name() -> dict[str, list[tuple[str, ...]]]:
    """Return what is protected in the home directory, by the first name."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for names in _IN_HOME:
        found.setdefault(names[0], []).append(names)
    return found


def _is_protected_name(parts: list[str]) -> bool:
    for index, part in enumerate(parts):
        rest = parts[index + 1 :]
        if part in _ANYWHERE or part.endswith(_ENDINGS) or _is_short_name(part):
            return True
        if part in _IN_FOLDER and (not rest or rest[0] in _IN_FOLDER[part]):
            return True
        # A ".git" file moves the whole repository elsewhere.
        if part in (".git", "git~1") and (not rest or not _IN_GIT.isdisjoint(rest)):
            return True
    return False


def _is_short_name(part: str) -> bool:
    """Return whether a name is the short one that Windows gives to a protected one: `CLAUDE~1` for `.claude`."""
    match = _SHORT_NAME.fullmatch(part) if "~" in part else None
    if match is None:
        return False
    return any(name.removeprefix(".").split(".")[0][:6] == match[1] for name in _ANYWHERE)


def _is_git_folder(folder: Path) -> bool:
    if not os.path.lexists(folder / "HEAD"):
        return False
    return os.path.lexists(folder / "commondir") or (
        os.path.lexists(folder / "objects") and os.path.lexists(folder / "refs")
    )


def _pointed_to(root: Path) -> Iterator[Path]:
    """Yield the git folders that the root's `.git` file names."""
    entry = root / ".git"
    if not entry.is_file():
        return
    git = _named_in(entry, root, "gitdir:")
    if git is not None:
        yield git
        common = _named_in(git / "commondir", git, "")
        if common is not None:
            yield common


def _named_in(file: Path, base: Path, prefix: str) -> Path | None:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape") as lines:
            line = lines.readline(4096).strip()
    except OSError:
        return None  # what cannot be read here leads git nowhere either
    if not line.startswith(prefix) or "\0" in line:
        return None
    return Path(os.path.realpath(base / line.removeprefix(prefix).strip()))


def _protected_files(root: Path, home: Path) -> Iterator[str]:
    """Yield the protected files that there are likely to be, folders with what lies directly in them."""
    for base in (root, home):
        for name in _ANYWHERE:
            yield from _with_entries(os.path.join(base, name))
        for folder, names in _IN_FOLDER.items():
            for name in names:
                yield os.path.join(base, folder, name)
    for name in _IN_GIT:
        yield from _with_entries(os.path.join(root, ".git", name))
    for parts in _IN_HOME:
        yield from _with_entries(os.path.join(home, *parts))


def _with_entries(path: str) -> Iterator[str]:
    yield path
    try:
        with os.scandir(path) as entries:
            yield from (entry.path for entry in entries)
    except OSError:
        return  # no folder, or none that this user can look into


def _identity(path: str) -> tuple[int, int] | None:
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


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
