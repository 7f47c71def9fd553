"""A model on this machine, as a user meets it: no key, no server, no network."""

from __future__ import annotations

import json
import sys

import pytest
from tests.support.e2e import Place
from tests.support.small_model import LLAMA, small_model, write_gguf


async def test_a_run_takes_a_step_and_the_next_one_need_not_read_its_prompt_again(
    place: Place,
) -> None:
    model = f"local/{small_model()}"
    run = ("run", "--profile", "compact", "--max-steps", "1", "--format", "json", "-m", model)
    usages = []
    for _ in range(2):
        result = await place.run(*run, "List the files.")
        assert f"{model} is an offline model for small jobs: check the diff." in result.err
        assert result.code in (0, 4), result.err
        usages.append(json.loads(result.out)["usage"])
    assert usages[0]["input_tokens"] > 500
    assert usages[1]["input_tokens"] < 100
    assert usages[1]["cache_read_input_tokens"] > 500


async def test_what_is_no_model_is_said_before_anything_else(place: Place) -> None:
    path = place.project / "notes.gguf"
    path.write_text("no model", encoding="utf-8")
    result = await place.run("run", "-m", f"local/{path}", "hello")
    assert result.code == 5
    assert f"{path} is no usable GGUF file (it begins with other bytes)" in result.err
    assert not place.storage.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a file without contents has no size there")
async def test_a_model_that_memory_cannot_hold(place: Place) -> None:
    small_model()
    path = write_gguf(place.project / "huge.gguf", LLAMA, size=1 << 42)
    result = await place.run("run", "-m", f"local/{path}", "hello")
    assert result.code == 5
    assert "GB of memory with 1,024 tokens of context and" in result.err
