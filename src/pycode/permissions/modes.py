"""Modes by name: what may be said on the command line, and by whom."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from pycode.core.errors import UsageError
from pycode.permissions.matching import Kind
from pycode.permissions.request import Mode

BYPASS_NOTICE = (
    "mode bypass: nothing is asked, PyCode does whatever the model wants with your rights; only denials, protected files and the"
    " repository's own questions still hold"
)
"""What a person is told who starts in mode bypass."""

MODES: tuple[Mode, ...] = get_args(Mode)
"""All modes, the usual one first."""

KINDS: Mapping[Kind, str] = {
    "read": "reading or searching in the project",
    "secret": "an `.env` file",
    "edit": "changing a file of the project",
    "command": "a command (in `plan` one that is known to change nothing; every other is denied)",
    "home_command": "a command that may change something, where the project is or holds the home directory",
    "beyond": "a command that talks to other machines, acts as somebody else or on the whole machine, is an agent (PyCode too), or sets what"
    " runs by itself later",
    "unread": "a command line that PyCode cannot read",
    "unknown": "a command with paths in a folder that is not known before it runs",
    "outside": "a path outside the project",
    "repeat": "the same call again and again",
    "tool": "a tool from outside that may change something",
}
"""What the rows of the mode's table are, for people."""

_CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")
_CONTAINER_GROUPS = ("docker", "kubepods", "containerd", "libpod", "lxc", "garden")


def check_bypass(environ: Mapping[str, str]) -> None:
    """Check that mode bypass may be used: not by root on a machine, where one wrong command is the end of it.

    Raises:
        UsageError: It may not.
    """
    if is_root() and not in_container(environ):
        raise UsageError(
            "mode bypass is refused for root outside a container: a single command could ruin the machine; run as another user, or"
            " in a container"
        )


def is_root() -> bool:
    """Return whether PyCode runs with the rights of root."""
    return sys.platform != "win32" and os.geteuid() == 0


def in_container(environ: Mapping[str, str], root: Path = Path("/")) -> bool:
    """Return whether PyCode runs in a container, by the marks that container engines leave.

    Args:
        environ: The environment: `container` is set by systemd-nspawn, podman and others.
        root: Where the file system begins.
    """
    if environ.get("container") or environ.get("KUBERNETES_SERVICE_HOST"):
        return True
    if any(os.path.lexists(f"{root}{name}") for name in _CONTAINER_FILES):
        return True
    try:
        groups = (root / "proc/1/cgroup").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(name in groups for name in _CONTAINER_GROUPS)
