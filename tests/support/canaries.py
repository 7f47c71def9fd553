"""Runs commands where everything that they change shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def canaries(root: Path) -> dict[str, object]:
    """Return everything below a folder, without git's cache of file times."""
    found: dict[str, object] = {}
    for folder, names, files in os.walk(root.parent):
        for name in [*names, *files]:
            path = Path(folder, name)
            if path != root / ".git" / "index":
                content = path.read_bytes() if path.is_file() else None
                found[str(path)] = (path.stat().st_mode, content)
    return found


def run(command: str, root: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command as the bash tool would."""
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        "PATH": search,
        "HOME": str(root.parent),
        "GIT_PAGER": "cat",
        "LC_ALL": "C.UTF-8",
    }
    argv = [shutil.which("bash") or "bash", "--norc", "--noprofile", "-c", command]
    return subprocess.run(
        argv,
        check=False,
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )


def is_here(command: str) -> bool:
    """Whether the command's program is installed."""
    name = command.split(maxsplit=1)[0]
    beside = Path(sys.executable).with_name(name)
    return beside.exists() or shutil.which(name) is not None
