"""The command line called in this process: its exit code and what it wrote."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pycode.cli.group import run_command_line
from pycode.client.sessions import Sessions
from pycode.config.home import Home
from pycode.storage.sessions import DiskStore


@dataclass
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[list[str]]:
        """Its lines, split at tabs."""
        return [line.split("\t") for line in self.out.splitlines()]


class Cli:
    """A user with a home and a project, who types commands."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.home = Home(folder / "home" / ".pycode")
        self.project = folder / "project"
        (self.project / ".git").mkdir(parents=True)
        self.home.root.mkdir(parents=True)
        self._capture = capture

    @property
    def store(self) -> DiskStore:
        """The user's sessions."""
        return DiskStore(self.home.storage)

    @property
    def sessions(self) -> Sessions:
        """The same, as the client has them."""
        return Sessions(self.home)

    def __call__(self, *arguments: str) -> Said:
        """Run one command."""
        self._capture.readouterr()
        code = run_command_line(arguments)
        out, err = self._capture.readouterr()
        return Said(code, out, err)


@contextmanager
def typed_by(cli: Cli, patch: pytest.MonkeyPatch, **environ: str) -> Iterator[Cli]:
    """Give the process the user's environment and working directory."""
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_BASE_URL", "_TOKEN")) or name.startswith("PYCODE"):
            patch.delenv(name)
    home = str(cli.home.root.parent)
    for name, value in {"HOME": home, "USERPROFILE": home, **environ}.items():
        patch.setenv(name, value)
    patch.chdir(cli.project)
    yield cli
