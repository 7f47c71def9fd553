"""The process that runs a local model: `python -m pycode.providers.local_child`.

It reads its orders as lines from its standard input: first a JSON object, `Orders`, then words. `save` keeps the evaluated
prompt on disk. The end of the input ends the process, and so it never outlives its parent, however that ended. It writes one
JSON line when it listens, or one that says why it does not; all else that it writes is the engine's log.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlsplit

LISTENING = b'{"listening":'
"""How the line begins that says where the engine listens."""
FAILED = b'{"failed":'
"""How the line begins that says why it does not."""
SAVE = b"save"
"""The word that keeps the evaluated prompt."""

_BATCH = 128
_CACHE_MIB = 512
_SAVE_SECONDS = 60.0
_KEPT = 3
_REST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What to run."""

    model: str
    """The model's file."""
    context: int
    """The tokens of context."""
    threads: int
    """How many threads compute."""
    token: str
    """What every request must bring."""
    prefix: str
    """The file that keeps an evaluated prompt, absolute."""

    def to_line(self) -> bytes:
        """Return the orders as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"


def main() -> int:
    """Run a model until the input ends."""
    orders = Orders(**json.loads(sys.stdin.buffer.readline()))
    try:
        server = _start(orders)
    except ImportError as error:
        _say(FAILED, f"its engine cannot be loaded ({error})")
        return 1
    except RuntimeError as error:
        # What it failed at stands in its log.
        print(error, file=sys.stderr, flush=True)
        _say(FAILED, "its engine does not take the file")
        return 1
    saved = _SavedPrompt(Path(orders.prefix), server.listening_address, orders.token)
    saved.restore()
    _say(LISTENING, server.listening_address)
    for line in sys.stdin.buffer:
        if line.strip() == SAVE:
            saved.save()
    return 0


def _start(orders: Orders) -> Any:
    """Load the model and listen on a free port of this machine."""
    import xllamacpp  # type: ignore[import-untyped]

    parameters = xllamacpp.CommonParams()
    parameters.model.path = orders.model
    parameters.n_ctx = orders.context
    parameters.cpuparams.n_threads = orders.threads
    parameters.cpuparams_batch.n_threads = orders.threads
    # Between two batches it looks whether anybody still waits for the answer.
    parameters.n_batch = parameters.n_ubatch = _BATCH
    parameters.cache_ram_mib = _CACHE_MIB
    parameters.slot_save_path = str(Path(orders.prefix).parent) + os.sep
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [orders.token]
    parameters.cors_origins = ""
    parameters.ui = False
    return xllamacpp.Server(parameters)


class _SavedPrompt:
    """The evaluated prompt on disk: evaluating a long one again takes half a minute, reading it a moment."""

    def __init__(self, path: Path, url: str, token: str) -> None:
        self._path = path
        self._place = urlsplit(url).netloc
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def restore(self) -> None:
        """Take up the prompt that was kept, if there is one.

        The file has another name meanwhile: one that makes the engine crash is not read a second time.
        """
        tried = self._beside("reading")
        try:
            self._path.replace(tried)
        except FileNotFoundError:
            return
        if self._ask("restore", tried.name):
            tried.replace(self._path)
        else:
            tried.unlink()

    def save(self) -> None:
        """Keep what the engine has evaluated."""
        written = self._beside("writing")
        if self._ask("save", written.name):
            written.chmod(0o600)
            written.replace(self._path)
            self._forget_oldest()
        else:
            written.unlink(missing_ok=True)

    def _forget_oldest(self) -> None:
        """Keep the newest prompts, each as large as it was long, and no rests of processes that were killed."""
        files = [(path.stat().st_mtime, path) for path in self._path.parent.iterdir()]
        kept = sorted(file for file in files if file[1].suffix == self._path.suffix)
        rests = [file for file in files if file not in kept and file[0] < time() - _REST_SECONDS]
        for _, path in kept[:-_KEPT] + rests:
            path.unlink(missing_ok=True)

    def _beside(self, state: str) -> Path:
        return self._path.with_suffix(f".{os.getpid()}-{state}")

    def _ask(self, action: str, name: str) -> bool:
        connection = HTTPConnection(self._place, timeout=_SAVE_SECONDS)
        try:
            body = json.dumps({"filename": name})
            connection.request("POST", f"/slots/0?action={action}", body, self._headers)
            return connection.getresponse().status == 200
        except (OSError, HTTPException) as error:
            # Without it the prompt is evaluated again, which only takes longer.
            print(f"cannot {action} the prompt: {error!r}", file=sys.stderr, flush=True)
            return False
        finally:
            connection.close()


def _say(what: bytes, text: str) -> None:
    # The log's last line may have no end yet; one write cannot be torn by it.
    os.write(1, b"\n" + what + json.dumps(text).encode() + b"}\n")


if __name__ == "__main__":
    os.umask(0o077)
    code = main()
    sys.stdout.flush()
    if code:
        # On the way out the engine writes the last lines of its log, which say what was wrong.
        sys.exit(code)
    # Its threads need not be wound up, and a request may still be running.
    os._exit(code)
