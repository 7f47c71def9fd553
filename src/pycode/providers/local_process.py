"""Starts, watches and stops the process that runs a local model."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pycode.core.errors import (
    AccessError,
    BadRequestError,
    OverloadedError,
    ProviderError,
)
from pycode.providers.local_child import FAILED, LISTENING, SAVE, Orders
from pycode.providers.local_gguf import GgufFacts
from pycode.system.machine import available_memory, compute_threads
from pycode.system.spawn import Ended, Running, start

ENGINE_MISSING = (
    'Local models need an engine that is not installed: run  pip install "pycode-agent[local]"'
)
"""Says how to install the engine."""

_START_SECONDS = 300.0
_END_SECONDS = 3.0
_LOG_BYTES = 16_384
_QUOTE = 300
_WINDOWS_SIGILL = 0xC000001D
# What Python, the loader and the engine need; keys have no business there.
_PASSED = frozenset("""
    APPDATA DYLD_LIBRARY_PATH HOME LANG LC_ALL LD_LIBRARY_PATH PATH PYTHONHOME PYTHONPATH PYTHONUSERBASE SYSTEMROOT TEMP TMP TMPDIR
    USERPROFILE VIRTUAL_ENV
    """.split())  # noqa: SIM905 - a page of quotes would hide the words

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it is to be run."""

    name: str
    """What users call it."""
    facts: GgufFacts
    """What its file says."""
    context: int
    """The tokens of context."""


class LocalProcess:
    """A process that runs one model, and answers on a port of this machine."""

    def __init__(self, running: Running, token: str, output: _Output, name: str) -> None:
        self._running = running
        self._output = output
        self._name = name
        self.token = token
        """What every request must bring."""

    @classmethod
    async def start(cls, model: Model, folder: Path, environ: Mapping[str, str]) -> LocalProcess:
        """Start a process and wait until it listens.

        Args:
            model: What to run.
            folder: Where evaluated prompts are kept.
            environ: The environment variables.

        Raises:
            ProviderError: It does not start, or does not take the model.
        """
        if not has_engine():
            raise AccessError(ENGINE_MISSING, provider="local", model=model.name)
        check_memory(model, available_memory())
        token, output = secrets.token_urlsafe(32), _Output()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            running = await start(
                # -P: a folder's own files do not stand in for the modules that it needs.
                [sys.executable, "-P", "-m", "pycode.providers.local_child"],
                cwd=folder,
                env=_environment(environ),
                on_output=output.add,
                has_input=True,
            )
        except OSError as error:
            raise AccessError(
                f"The local engine cannot be started in {folder} ({error.strerror}): make that folder, or set PYCODE_HOME.",
                provider="local",
                model=model.name,
            ) from error
        process = cls(running, token, output, model.name)
        threads = compute_threads()
        prefix = folder / f"{_fingerprint(model)}.prompt"
        orders = Orders(str(model.facts.path), model.context, threads, token, str(prefix))
        try:
            await process._order(orders)
        except BaseException:
            await running.stop()
            running.close()
            raise
        return process

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._running.pid

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return f"{self._output.url}/v1"

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._running.ended is None

    async def save_prompt(self) -> None:
        """Have it keep on disk what it has evaluated."""
        try:
            await self._running.write(SAVE + b"\n")
        except BrokenPipeError:
            # It has ended; the next request finds out.
            _log.debug("the local engine ended before it could keep its prompt")

    async def failure(self) -> ProviderError | None:
        """Return why it ended, or None while it runs; a process that is just ending is waited for."""
        if not await self._running.wait(_END_SECONDS):
            return None
        ended = self._running.ended
        # Only an engine that gives up by itself says why.
        words = self._output.last_words() if ended and ended.signal == "SIGABRT" else ""
        return OverloadedError(
            f"The local engine ended while it answered ({_ending(ended)}{words}): ask again, and it is started anew.",
            provider="local",
            model=self._name,
        )

    async def stop(self) -> None:
        """End it: the end of its input tells it."""
        self._running.close_input()
        await self._running.wait(_END_SECONDS)
        self._running.close()

    async def _order(self, orders: Orders) -> None:
        try:
            await self._running.write(orders.to_line())
        except BrokenPipeError:
            # It says why, or how it ended.
            _log.debug("the local engine ended before it had read its orders")
        ended = asyncio.ensure_future(self._running.wait(_START_SECONDS))
        waits = [asyncio.ensure_future(self._output.said.wait()), ended]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._output.url:
            return
        if self._output.reason:
            # What it failed at comes a moment later, in its log.
            await self._running.wait(_END_SECONDS)
        raise self._no_start()

    def _no_start(self) -> ProviderError:
        ended, said = self._running.ended, self._output.first_error()
        kind: type[ProviderError] = OverloadedError
        if self._output.reason:
            kind = BadRequestError
            sentence = f"The local model {self._name} cannot be run: {self._output.reason}{said}."
        elif ended in (Ended(128 + 4, "SIGILL"), Ended(_WINDOWS_SIGILL, None)):
            kind = AccessError
            sentence = (
                "The local engine, as it was built, does not run on this machine's processor: build xllamacpp from its "
                "source here, or use a provider or a server elsewhere."
            )
        elif ended is not None and ended.signal == "SIGKILL":
            sentence = (
                f"The system ended the local engine while it loaded {self._name}, probably because memory ran out: "
                "close other programs, or take a smaller model."
            )
        else:
            sentence = f"The local engine did not start ({_ending(ended)}){said}."
        return kind(sentence, provider="local", model=self._name)


def has_engine() -> bool:
    """Return whether the engine is installed; nothing of it is loaded."""
    return find_spec("xllamacpp") is not None


def check_memory(model: Model, available: int | None) -> None:
    """Raise the error for a model that does not fit into memory.

    Args:
        model: What is to be run.
        available: The free bytes, None where they are not known.

    Raises:
        BadRequestError: It does not fit.
    """
    needed = model.facts.memory(model.context)
    if available is None or needed <= available:
        return
    raise BadRequestError(
        f"{model.name} needs {needed / 1e9:.1f} GB of memory with {model.context:,} tokens of context and "
        f"{available / 1e9:.1f} GB are free: close other programs, or give it less context under models in "
        "~/.pycode/config.yaml.",
        provider="local",
        model=model.name,
    )


class _Output:
    """What the process writes: where it listens or why not, and the end of its log."""

    def __init__(self) -> None:
        self.url = ""
        self.reason = ""
        self.said = asyncio.Event()
        self._rest = b""
        self._log = bytearray()

    def add(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(LISTENING):
                self.url = json.loads(line)["listening"]
                self.said.set()
            elif line.startswith(FAILED):
                self.reason = json.loads(line)["failed"]
                self.said.set()
            elif line:
                self._log += line[:1_000] + b"\n"
                _log.debug("engine: %s", line[:1_000].decode("utf-8", "replace"))
        self._rest = self._rest[-_LOG_BYTES:]
        del self._log[:-_LOG_BYTES]

    def first_error(self) -> str:
        """Return the first error in the log, which the others follow from, in brackets; empty where there is none."""
        line = next((line for line in self._lines() if " E " in line), "")
        words = " ".join(line.partition(" E ")[2].partition(": ")[2].split())
        return f" ({words[:_QUOTE]})" if words else ""

    def last_words(self) -> str:
        """Return the end of the log behind a comma; empty where there is none."""
        words = " ".join(" ".join(self._lines()[-1:]).split())
        return f", {words[:_QUOTE]}" if words else ""

    def _lines(self) -> list[str]:
        return [
            *self._log.decode("utf-8", "replace").splitlines(),
            self._rest.decode("utf-8", "replace"),
        ]


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name.upper() in _PASSED}
    # Threads that wait for work give their core away.
    return {**kept, "OMP_WAIT_POLICY": "passive", "PYTHONUNBUFFERED": "1"}


def _fingerprint(model: Model) -> str:
    """Return a name for what an evaluated prompt holds for: this file, this context, this engine."""
    from importlib.metadata import version

    stat = os.stat(model.facts.path)
    facts = (
        # The same file by another way, as from another home, is the same model.
        os.path.realpath(model.facts.path),
        stat.st_size,
        stat.st_mtime_ns,
        model.context,
        version("xllamacpp"),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _ending(ended: Ended | None) -> str:
    if ended is None:
        return f"it said nothing for {_START_SECONDS:.0f} seconds"
    return ended.signal or f"exit code {ended.exit_code}"
