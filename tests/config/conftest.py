"""A home and a project in a temporary folder, and the configuration that their files come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.config.schema import Config
from pycode.core.errors import ConfigError


@dataclass(slots=True)
class Place:
    """Two folders to put files into."""

    home: Home
    project: Path

    def user(self, text: str | bytes) -> Path:
        """Write the user's file."""
        return self._write(self.home.config_file, text)

    def repository(self, text: str | bytes, name: str = ".pycode.yaml") -> Path:
        """Write a file of the repository."""
        return self._write(self.project / name, text)

    def load(
        self, environ: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
    ) -> Config:
        """Return what all sources come to."""
        return load_config(
            self.home, self.project, self.project, environ or {}, flags, trusted=True
        )

    def problems(
        self, environ: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
    ) -> list[str]:
        """Return the lines of the error, without the folders' paths."""
        with pytest.raises(ConfigError) as caught:
            self.load(environ, flags)
        return self.short(str(caught.value)).splitlines()

    def short(self, text: str) -> str:
        """Return `text` without the folders' paths."""
        return text.replace(f"{self.home.root}/", "").replace(f"{self.project}/", "")

    def _write(self, path: Path, text: str | bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return an empty home and an empty project."""
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    return Place(Home(home), project)
