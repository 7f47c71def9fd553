"""The facts about models: the file in the package and, where the user asked for it, a newer one; read a model at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pycode.providers.catalogue_facts import VERSION, Facts, line_start

SHIPPED = Path(__file__).with_name("catalogue.jsonl")
"""The file that comes with PyCode; dev/catalogue.py makes it."""
MOST_BYTES = 8 * 1024 * 1024
"""The most that a file may hold."""


class Catalogue:
    """Facts about models from one file, or from a newer one before it."""

    def __init__(self, refreshed: Path | None = None) -> None:
        """Name the files; nothing is read yet.

        Args:
            refreshed: The file that `pycode models --refresh` writes. It counts when it is not older than PyCode's own.
        """
        self._refreshed = refreshed
        self._files: list[bytes] | None = None

    @property
    def date(self) -> str:
        """The day that the newest facts are of, as 2026-11-25."""
        return str(_head(self._read()[0]).get("date", ""))

    def facts(self, host: str, model: str) -> Facts | None:
        """Return what is known of a model of a host, or None.

        Args:
            host: The host's name.
            model: The model's exact name there.
        """
        start = line_start(host, model)
        for data in self._read():
            at = data.find(start)
            if at >= 0:
                return _facts(data, at)
        return None

    def models(self, host: str) -> dict[str, Facts]:
        """Return the models of a host with their facts, by name."""
        start = line_start(host)
        found: dict[str, Facts] = {}
        for data in reversed(self._read()):
            at = data.find(start)
            while at >= 0:
                end = data.find(b"\n", at + 1)
                _, name, facts = json.loads(data[at:end])
                found[name] = facts
                at = end if data.startswith(start, end) else -1
        return dict(sorted(found.items()))

    def _read(self) -> list[bytes]:
        """Return the files' contents, the newer first."""
        if self._files is None:
            self._files = [SHIPPED.read_bytes()]
            newer = _own(self._refreshed) if self._refreshed is not None else None
            if newer and _head(newer)["date"] >= _head(self._files[0])["date"]:
                self._files.insert(0, newer)
        return self._files


def _own(path: Path) -> bytes | None:
    """Return a refreshed file; None where there is none, or one that another version of PyCode wrote."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError:
        return None
    head = _head(data)
    complete = len(data) <= MOST_BYTES and data.endswith(b"\n")
    return data if complete and head.get("catalogue") == VERSION and "date" in head else None


def _head(data: bytes) -> dict[str, Any]:
    try:
        head = json.loads(data[: data.find(b"\n")])
    except ValueError:
        return {}
    return head if isinstance(head, dict) else {}


def _facts(data: bytes, at: int) -> Facts:
    facts: Facts = json.loads(data[at : data.find(b"\n", at + 1)])[2]
    return facts
