"""Wheels made by hand, which a package tool takes from a folder."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path


def make_wheel(folder: Path, project: str, files: Mapping[str, bytes]) -> Path:
    """Make a wheel of version 1.0 that holds these files and return its path."""
    name = f"{project.replace('-', '_')}-1.0"
    facts = f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\nRequires-Dist: no-such-thing-anywhere\n"
    about = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    contents = {
        **files,
        f"{name}.dist-info/METADATA": facts.encode(),
        f"{name}.dist-info/WHEEL": about.encode(),
    }
    record = "".join(f"{path},,\n" for path in (*contents, f"{name}.dist-info/RECORD"))
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in {**contents, f"{name}.dist-info/RECORD": record.encode()}.items():
            archive.writestr(path, data)
    return wheel


def only_from(folder: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return an environment in which pip and uv know nothing but the wheels of a folder."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("PIP_", "UV_"))}
    nothing = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "UV_NO_INDEX": "1"}
    return {**kept, **nothing, "PIP_FIND_LINKS": str(folder), "UV_FIND_LINKS": str(folder)}
