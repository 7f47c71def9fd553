"""What can go wrong before a local model answers: each has its own sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.support.small_model import LLAMA, small_model, write_gguf

from pycode.core.errors import (
    AccessError,
    AuthenticationError,
    BadRequestError,
    OverloadedError,
    ProviderError,
)
from pycode.providers.base import ProviderConfig
from pycode.providers.local_gguf import read_gguf
from pycode.providers.local_process import LocalProcess, Model, check_memory
from pycode.providers.openai_chat import OpenAIProvider


@pytest.fixture
def broken(tmp_path: Path) -> Model:
    """Return a model whose file has a header and nothing else."""
    return Model("broken", read_gguf(write_gguf(tmp_path / "m.gguf", LLAMA)), 512)


async def refused(model: Model, folder: Path, engine: str | None = None) -> ProviderError:
    """Start a model and return why that failed.

    Args:
        model: The model.
        folder: A folder for everything.
        engine: The text of a module that stands in for the engine.
    """
    environ = {name: os.environ[name] for name in ("PATH",)}
    if engine is not None:
        (folder / "xllamacpp.py").write_text(engine, encoding="utf-8")
        environ["PYTHONPATH"] = str(folder)
    with pytest.raises(ProviderError) as caught:
        await LocalProcess.start(model, folder / "prompts", environ)
    assert (caught.value.provider, caught.value.model) == ("local", "broken")
    return caught.value


async def test_a_model_that_the_engine_does_not_take(broken: Model, tmp_path: Path) -> None:
    small_model()
    error = await refused(broken, tmp_path)
    assert isinstance(error, BadRequestError)
    assert str(error) == (
        "The local model broken cannot be run: its engine does not take the file (error loading model: error loading model "
        "hyperparameters: key not found in model: llama.attention.layer_norm_rms_epsilon)."
    )


async def test_an_engine_that_cannot_be_loaded(broken: Model, tmp_path: Path) -> None:
    error = await refused(broken, tmp_path, "raise ImportError('libgomp.so.1 is missing')")
    assert "its engine cannot be loaded (libgomp.so.1 is missing)." in str(error)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        ("SIGILL", AccessError, "does not run on this machine's processor"),
        ("SIGKILL", OverloadedError, "probably because memory ran out"),
        ("SIGABRT", OverloadedError, r"did not start \(SIGABRT\)"),
    ],
)
async def test_an_engine_that_a_signal_ends(
    broken: Model, tmp_path: Path, number: str, kind: type[ProviderError], words: str
) -> None:
    engine = f"import os, signal\nos.kill(os.getpid(), signal.{number})"
    error = await refused(broken, tmp_path, engine)
    assert isinstance(error, kind)
    assert error.args[0] == str(error)
    with pytest.raises(kind, match=words):
        raise error


async def test_a_folder_that_cannot_be_made(broken: Model, tmp_path: Path) -> None:
    small_model()
    (tmp_path / "prompts").write_text("a file", encoding="utf-8")
    error = await refused(broken, tmp_path)
    assert isinstance(error, AccessError)
    assert f"cannot be started in {tmp_path / 'prompts'} (File exists)" in str(error)


async def test_an_engine_that_ends_without_a_word(broken: Model, tmp_path: Path) -> None:
    error = await refused(broken, tmp_path, "import os\nos._exit(3)")
    assert str(error) == "The local engine did not start (exit code 3)."


async def test_the_folder_where_it_runs_holds_no_modules_for_it(
    broken: Model, tmp_path: Path
) -> None:
    small_model()
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "json.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    assert "does not take the file" in str(await refused(broken, tmp_path))


async def test_nobody_is_answered_without_the_token(tmp_path: Path) -> None:
    path = Path(small_model())
    model = Model("small", read_gguf(path), 512)
    process = await LocalProcess.start(model, tmp_path / "prompts", os.environ)
    try:
        assert process.base_url.startswith("http://127.0.0.1:")
        for key in ("", "another"):
            stranger = OpenAIProvider(ProviderConfig("stranger", key, process.base_url))
            with pytest.raises(AuthenticationError):
                await anext(aiter(stranger.stream("small", [{"role": "user", "content": "Hi"}])))
            await stranger.close()
    finally:
        await process.stop()
    assert not process.is_alive


class TestMemory:
    """Whether it fits is said before it is loaded."""

    def test_too_little(self, tmp_path: Path) -> None:
        path = write_gguf(tmp_path / "m.gguf", LLAMA, size=1_000_000_000)
        model = Model("large", read_gguf(path), 1024)
        with pytest.raises(
            BadRequestError, match=r"needs 1\.5 GB of memory .* 0\.5 GB are free: close"
        ):
            check_memory(model, 500_000_000)
        check_memory(model, 1_600_000_000)
        check_memory(model, None)
