"""The log for debugging: rotated files under PyCode's own folder, without keys."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from typing import Any

from pycode.config.home import Home
from pycode.core.errors import StorageError
from pycode.engine.redact import Redactor

BYTES, FILES = 5_000_000, 3
"""How large a file grows, and how many older ones are kept."""


class _PrivateFiles(RotatingFileHandler):
    def _open(self) -> Any:
        return open(
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )


class _Formatter(logging.Formatter):
    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.text(super().format(record))


def start_debug_log(home: Home, level: str, secrets: Sequence[str]) -> None:
    """Write what the libraries and PyCode log to `logs/pycode.log`.

    Args:
        home: PyCode's own folder.
        level: `debug`, `info`, `warning` or `error`.
        secrets: Values that must not appear.

    Raises:
        StorageError: The file cannot be written.
    """
    try:
        home.ensure()
        home.logs.mkdir(mode=0o700, exist_ok=True)
        handler = _PrivateFiles(
            home.logs / "pycode.log", maxBytes=BYTES, backupCount=FILES, encoding="utf-8"
        )
    except OSError as error:
        raise StorageError(
            f"cannot write the log in {home.logs} ({error.strerror}); make it writable or set PYCODE_HOME"
        ) from error
    handler.setFormatter(_Formatter(Redactor(secrets)))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
