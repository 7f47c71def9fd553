"""Whether the user trusts the project of a directory, for the faces: the question, the answer, and what untrusted means."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.permissions.trust import (
    CONFIG_FILES,
    SOURCES,
    TrustQuestion,
    TrustStore,
    things_to_trust,
)
from pycode.workspace.project import find_project


def trust_question(directory: Path, environ: Mapping[str, str]) -> TrustQuestion | None:
    """Return what a person has to be asked before PyCode works in a directory, or None.

    Args:
        directory: The working directory, which exists.
        environ: The environment.

    Raises:
        ConfigError: A configuration file is wrong.
        StorageError: The stored answers cannot be read.
    """
    project = find_project(directory)
    if not any(os.path.lexists(project.root / name) for name in (*SOURCES, *CONFIG_FILES)):
        return None
    home = Home.default(environ)
    config = load_config(home, project.root, project.directory, environ, {})
    return TrustStore(home.trust).question_for(project.root, config.untrusted)


def answer_trust(question: TrustQuestion, environ: Mapping[str, str], *, trusted: bool) -> None:
    """Keep the answer to a question.

    Raises:
        StorageError: It cannot be kept.
    """
    TrustStore(Home.default(environ).trust).answer(question, trusted=trusted)


def is_trusted(root: Path, home: Home) -> bool:
    """Return whether the user trusts a project as it is now.

    Raises:
        StorageError: The stored answers cannot be read.
    """
    return TrustStore(home.trust).state(root) == "trusted"


def ignored_notice(root: Path, untrusted_keys: Sequence[str]) -> str | None:
    """Return a sentence about what is ignored because a project is not trusted, None when there is nothing."""
    things = ", ".join(things_to_trust(root, untrusted_keys))
    if not things:
        return None
    return f"this project is not trusted, so PyCode ignores {things}; to use it: pycode trust, or --trust for this run"
