"""PyCode's own folder: where it is and what lies in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pycode.core.data import Data
from pycode.core.errors import ConfigError, StorageError


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Home(Data):
    """The folder that PyCode keeps everything of its own in."""

    root: Path
    """The folder itself, absolute."""

    @classmethod
    def default(cls, environ: Mapping[str, str] = os.environ) -> Home:
        """Return the user's folder: `PYCODE_HOME`, else `.pycode` in the home directory. Nothing is made.

        Args:
            environ: The environment variables.

        Raises:
            ConfigError: No folder is named, or its path is not absolute.
        """
        moved = environ.get("PYCODE_HOME")
        if moved:
            if not os.path.isabs(moved):
                raise ConfigError(
                    f"PYCODE_HOME is {moved!r}, which is not an absolute path; set it to a folder's whole path"
                )
            return cls(Path(os.path.normpath(moved)))
        variable = "USERPROFILE" if sys.platform == "win32" else "HOME"
        home = environ.get(variable)
        if not home or not os.path.isabs(home):
            state = f"is {home!r}, which is not an absolute path" if home else "is not set"
            raise ConfigError(
                f"{variable} {state}, so PyCode's folder has no place; set it to your home directory, "
                f"or set PYCODE_HOME to a folder for PyCode"
            )
        return cls(Path(os.path.normpath(home), ".pycode"))

    @property
    def config_file(self) -> Path:
        """The user's config."""
        return self.root / "config.yaml"

    @property
    def storage(self) -> Path:
        """The sessions and what belongs to them."""
        return self.root / "storage"

    @property
    def logs(self) -> Path:
        """The logs that `--debug` writes."""
        return self.root / "logs"

    @property
    def credentials(self) -> Path:
        """The keys that the user gave to PyCode."""
        return self.root / "credentials"

    @property
    def models_file(self) -> Path:
        """The facts about models that `pycode models --refresh` wrote."""
        return self.root / "cache" / "models.json"

    @property
    def trust(self) -> Path:
        """The repositories that the user trusts."""
        return self.root / "trust.json"

    def ensure(self) -> Path:
        """Make the folder where it is missing, for this user only, and return it.

        A folder that is already there keeps its mode: the user may have chosen it.

        Raises:
            StorageError: It cannot be made, or is no folder.
        """
        try:
            os.makedirs(self.root, mode=0o700, exist_ok=True)
        except OSError as error:
            reason = "it is not a folder" if isinstance(error, FileExistsError) else error.strerror
            raise StorageError(
                f"cannot make the folder {self.root} ({reason}); "
                f"set PYCODE_HOME to a folder that you can write to"
            ) from error
        return self.root
