"""Where the files of local models lie, which of them PyCode knows, and which one a user means.

Each installed model has a folder of its own with one GGUF file and its licence. A file that is not complete has another
ending, so what ends in `.gguf` can be used.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pycode.config.home import Home
from pycode.core.errors import ModelNotFoundError

SUFFIX = ".gguf"
"""How the name of a complete model file ends."""
ALIAS = "local"
"""What users may call the model that PyCode offers to install."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that PyCode can install."""

    name: str
    """What users call it."""
    title: str
    """Its whole name, for people."""
    file_name: str
    """The name of its file, here and at its publisher."""
    size: int
    """The file's bytes."""
    sha256: str
    """The file's hash."""
    licence: str
    """The short name of its licence."""
    context: int
    """The tokens of context that it is run with."""
    memory: int
    """The bytes of memory that it needs with that context."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model file in PyCode's own folder."""

    name: str
    """What users call it."""
    path: Path
    """The file, absolute."""
    size: int
    """The file's bytes."""
    known: KnownModel | None
    """What PyCode knows of it, if anything."""


KNOWN: tuple[KnownModel, ...] = (
    KnownModel(
        "qwen2.5-coder-1.5b",
        "Qwen2.5-Coder-1.5B-Instruct, Q4_K_M",
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        "Apache-2.0",
        8_192,
        2_000_000_000,
    ),
)
"""The models that can be installed by name; the first is the one that `local` means."""


def find_known(name: str) -> KnownModel | None:
    """Return the model that PyCode knows under a name or as `local`, or None."""
    if name == ALIAS:
        return KNOWN[0]
    return next((model for model in KNOWN if model.name == name), None)


def model_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder that holds the folders of installed models; nothing is made.

    Raises:
        ConfigError: PyCode's own folder has no place.
    """
    return Home.default(environ).root / "cache" / "local-models"


def prefix_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder that keeps evaluated prompts, which hold what sessions began with; nothing is made.

    Raises:
        ConfigError: PyCode's own folder has no place.
    """
    return Home.default(environ).root / "cache" / "local-prompts"


def installed(environ: Mapping[str, str]) -> list[InstalledModel]:
    """Return the installed models by name, those that PyCode knows first.

    Raises:
        ConfigError: PyCode's own folder has no place.
    """
    found = [_installed(path) for path in model_folder(environ).glob(f"*/*{SUFFIX}")]
    order = [model.name for model in KNOWN]
    found.sort(
        key=lambda model: (order.index(model.name) if model.known else len(order), model.name)
    )
    return found


def find_file(model: str, environ: Mapping[str, str]) -> Path:
    """Return the file of a model; what is in it `read_gguf` tells.

    Args:
        model: The name of an installed model, `local`, or the path of a GGUF file.
        environ: The environment variables: where PyCode's folder is.

    Raises:
        ModelNotFoundError: No model of this name is installed.
        ConfigError: PyCode's own folder has no place.
    """
    if os.path.isabs(model):
        return Path(model)
    known = find_known(model)
    name = known.name if known is not None else model
    models = installed(environ)
    path = next((item.path for item in models if item.name == name), None)
    if path is not None:
        return path
    if known is not None:
        raise _missing(f"{name} is not installed: run pycode models install {name}.", model)
    there = ", ".join(item.name for item in models) or "none is installed"
    raise _missing(
        f"There is no local model {model!r} ({there}): run pycode models install {ALIAS}, "
        "or name a GGUF file by its whole path, as in -m local//path/to/model.gguf.",
        model,
    )


def _installed(path: Path) -> InstalledModel:
    name = path.parent.name
    known = next((model for model in KNOWN if model.name == name), None)
    return InstalledModel(name, path, path.stat().st_size, known)


def _missing(sentence: str, model: str) -> ModelNotFoundError:
    return ModelNotFoundError(sentence, provider="local", model=model)
