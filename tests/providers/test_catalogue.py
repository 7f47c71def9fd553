"""The facts about models: read one at a time, refreshed on request, kept when anything goes wrong."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.json_server import json_server

from pycode.config.home import Home
from pycode.core.errors import ProviderError
from pycode.providers.catalogue import SHIPPED, Catalogue
from pycode.providers.catalogue_facts import Facts, catalogue_text, facts_of
from pycode.providers.catalogue_refresh import refresh_catalogue
from pycode.providers.hosts import HOSTS

MODEL: dict[str, Any] = {
    "id": "m",
    "modalities": {"input": ["text", "image", "pdf"], "output": ["text"]},
    "limit": {"context": 200_000, "output": 64_000},
    "tool_call": True,
    "reasoning": True,
    "temperature": False,
    "structured_output": True,
    "reasoning_options": [
        {"type": "toggle"},
        {"type": "effort", "values": ["low", "high"]},
        {"type": "budget_tokens", "min": 0, "max": 100},
    ],
    "interleaved": {"field": "reasoning_content"},
    "cost": {
        "input": 1,
        "output": 2.5,
        "cache_read": 0.1,
        "tiers": [{"input": 2, "output": 5, "tier": {"type": "context", "size": 100_000}}],
    },
    "status": "deprecated",
}


def write(path: Path, models: dict[str, dict[str, Facts]], date: str = "2999-01-01") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(catalogue_text(models, date, "a test"), encoding="utf-8")
    return path


class TestFacts:
    """What is kept of an entry."""

    def test_all_that_is_kept(self) -> None:
        assert facts_of(MODEL) == {
            "context": 200_000,
            "output": 64_000,
            "can": ["tools", "reasoning", "structured", "images", "pdf"],
            "price": [1, 2.5, 0.1, None],
            "tiers": [[100_000, 2, 5, None, None]],
            "levels": ["low", "high"],
            "budget": [0, 100],
            "field": "reasoning_content",
            "retired": True,
        }

    def test_what_answers_no_text_is_left_out(self) -> None:
        assert facts_of({**MODEL, "modalities": {"input": ["text"], "output": ["image"]}}) is None
        assert facts_of({**MODEL, "limit": {"context": 0, "output": 0}}) is None

    def test_the_least(self) -> None:
        least = {"modalities": {"output": ["text"]}, "limit": {"context": 10, "output": 20}}
        assert facts_of(least) == {"context": 10, "output": 10, "can": []}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("cost", {"input": "1", "output": 2}),
            ("cost", {"input": -1, "output": 2}),
            ("cost", {"input": float("nan"), "output": 2}),
            ("cost", [1, 2]),
            ("cost", None),
        ],
    )
    def test_prices_without_sense_are_not_known(self, field: str, value: object) -> None:
        facts = facts_of({**MODEL, field: value})
        assert facts is not None
        assert "price" not in facts

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*MODEL, "field", "context", "type", "tier"]), inner),
            max_leaves=10,
        ),
        st.sampled_from(sorted(MODEL)),
    )
    def test_any_document_is_read(self, value: object, key: str) -> None:
        facts_of(value)
        facts = facts_of({**MODEL, key: value})
        assert facts is None or json.loads(json.dumps(facts)) == facts


class TestReading:
    """A file is looked through for one model, or for those of a host."""

    def test_names_with_strange_characters(self, tmp_path: Path) -> None:
        names = ['a"b', "ä/ö", "a\\b", "a\nb", "a", "ab"]
        facts = {name: {"context": at + 1, "output": 1, "can": []} for at, name in enumerate(names)}
        path = write(tmp_path / "m.json", {"hop": facts, "ho": {"x": facts["a"]}, "other": {}})
        catalogue = Catalogue(path)
        for name in names:
            assert catalogue.facts("hop", name) == facts[name]
        assert catalogue.models("hop") == facts
        assert list(catalogue.models("ho")) == ["x"]
        assert catalogue.models("other") == {}
        assert catalogue.facts("hop", "b") is None

    def test_an_older_file_does_not_count(self, tmp_path: Path) -> None:
        facts: dict[str, dict[str, Facts]] = {
            "openai": {"new": {"context": 1, "output": 1, "can": []}}
        }
        old = Catalogue(write(tmp_path / "old.json", facts, "2001-01-01"))
        assert old.facts("openai", "new") is None
        assert old.date == Catalogue().date
        new = Catalogue(write(tmp_path / "new.json", facts))
        assert new.facts("openai", "new") == facts["openai"]["new"]
        assert new.date == "2999-01-01"
        assert "gpt-5.2" in new.models("openai")

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{}",
            b"\xff\n",
            b'["catalogue"]\n',
            b'{"catalogue":99,"date":"2999-01-01"}\n',
            b'{"catalogue":1}\n',
        ],
    )
    def test_a_file_that_is_none_does_not_count(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "models.json"
        path.write_bytes(data)
        assert Catalogue(path).models("openai") == Catalogue().models("openai")

    def test_what_comes_with_pycode(self) -> None:
        assert SHIPPED.stat().st_size < 300_000
        assert "MIT License" in SHIPPED.with_name("catalogue.LICENSE.txt").read_text("utf-8")
        for host in HOSTS:
            assert bool(Catalogue().models(host.name)) == bool(host.catalogue)


def api(**models: dict[str, Any]) -> dict[str, Any]:
    """An api.json that has what PyCode wants to see."""
    names = ("anthropic", "openai", "google")
    providers = {name: {"id": name, "models": {"m": MODEL}} for name in names}
    return {**providers, "unheard-of": {"models": {"m": MODEL}}, **models}


class TestRefresh:
    """On request, and never at the cost of what is there."""

    async def test_the_newest_facts_are_kept(self, tmp_path: Path) -> None:
        home = Home(tmp_path / ".pycode")
        answer = api(
            togetherai={"models": {"x": MODEL, "y": 3, "z": {}, "a\nb": MODEL}},
            zai={"models": None},
        )
        async with json_server({"/api.json": answer}) as server:
            assert await refresh_catalogue(home, server.url) == 4
        catalogue = Catalogue(home.models_file)
        assert catalogue.facts("together", "x") == facts_of(MODEL)
        assert list(catalogue.models("unheard-of")) == []
        if os.name != "nt":
            assert stat.S_IMODE(home.models_file.stat().st_mode) == 0o600

    @pytest.mark.parametrize(
        "answer",
        [
            b"no json",
            b"<html>",
            [],
            {},
            {"anthropic": {"models": {"m": MODEL}}},
            {**api(), "openai": {"models": {"m": {"id": "m"}}}},
            None,
        ],
        ids=["text", "html", "list", "empty", "half", "nothing usable", "not found"],
    )
    async def test_a_failure_keeps_what_is_there(self, tmp_path: Path, answer: object) -> None:
        home = Home(tmp_path / ".pycode")
        before = write(home.models_file, {"openai": {}}).read_bytes()
        async with json_server({"/api.json": answer}) as server:
            with pytest.raises(ProviderError):
                await refresh_catalogue(home, server.url)
        assert home.models_file.read_bytes() == before
        assert os.listdir(home.models_file.parent) == ["models.json"]

    async def test_nobody_answers(self, tmp_path: Path) -> None:
        with pytest.raises(ProviderError, match=r"127\.0\.0\.1:9"):
            await refresh_catalogue(Home(tmp_path), "http://127.0.0.1:9")
        assert not (tmp_path / "cache").exists()
