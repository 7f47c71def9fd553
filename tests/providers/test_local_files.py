"""Where models lie on this machine, and what their files say before they are loaded."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.small_model import LLAMA, write_gguf

from pycode.core.errors import ModelNotFoundError
from pycode.providers.hosts import find_host
from pycode.providers.local_files import KNOWN, find_file, find_known, installed, model_folder
from pycode.providers.local_gguf import GgufFacts, read_gguf

HEADER = b"GGUF\x03\x00\x00\x00"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with an empty home."""
    return {"PYCODE_HOME": str(tmp_path / "home")}


def put(name: str, environ: dict[str, str]) -> Path:
    """Put the file of a tiny model where an installed one lies."""
    folder = model_folder(environ) / name
    folder.mkdir(parents=True)
    return write_gguf(folder / "weights.gguf", LLAMA)


class TestInstalled:
    """What is in PyCode's own folder."""

    def test_nothing(self, environ: dict[str, str]) -> None:
        assert installed(environ) == []
        assert not Path(environ["PYCODE_HOME"]).exists()

    def test_known_ones_first_and_no_halves(self, environ: dict[str, str]) -> None:
        mine, known = put("a-model", environ), put(KNOWN[0].name, environ)
        (mine.parent / "other.gguf.part").write_bytes(b"GG")
        found = installed(environ)
        assert [(model.name, model.path) for model in found] == [
            (KNOWN[0].name, known),
            ("a-model", mine),
        ]
        assert (found[0].known, found[1].known) == (KNOWN[0], None)
        assert found[1].size == mine.stat().st_size

    def test_the_usual_model_is_the_one_that_is_offered(self) -> None:
        host = find_host("local")
        assert host is not None
        assert find_known("local") is find_known(host.default_model or "") is KNOWN[0]
        assert find_known("another") is None

    def test_what_a_known_model_needs_is_no_less_than_what_is_asked_before_it_starts(self) -> None:
        model = KNOWN[0]
        # 28 layers with two heads of 128 numbers, for keys and for values, in 16 bits.
        facts = GgufFacts(Path("m.gguf"), model.size, "qwen2", 32_768, 28 * 2 * 2 * 128 * 2)
        assert 0.9 * model.memory < facts.memory(model.context) <= model.memory


class TestFindFile:
    """Which file a user means."""

    def test_by_name_alias_and_path(self, environ: dict[str, str], tmp_path: Path) -> None:
        known, elsewhere = put(KNOWN[0].name, environ), write_gguf(tmp_path / "m.gguf", LLAMA)
        assert find_file(KNOWN[0].name, environ) == find_file("local", environ) == known
        assert find_file(str(elsewhere), environ) == elsewhere

    @pytest.mark.parametrize("name", ["local", KNOWN[0].name])
    def test_one_that_can_be_installed(self, name: str, environ: dict[str, str]) -> None:
        with pytest.raises(ModelNotFoundError, match="run pycode models install qwen2"):
            find_file(name, environ)

    def test_an_unknown_name(self, environ: dict[str, str]) -> None:
        put("mine", environ)
        with pytest.raises(ModelNotFoundError, match=r"no local model 'yours' \(mine\): run"):
            find_file("yours", environ)


class TestHeader:
    """What the beginning of a file says."""

    def test_context_and_memory(self, tmp_path: Path) -> None:
        facts = read_gguf(write_gguf(tmp_path / "m.gguf", LLAMA, size=1_000_000))
        assert (facts.architecture, facts.context, facts.size) == ("llama", 1024, 1_000_000)
        assert facts.token_bytes == 256
        assert facts.memory(2_000) - facts.memory(1_000) == 256_000
        assert facts.memory(0) > facts.size

    def test_widths_of_its_own(self, tmp_path: Path) -> None:
        own = LLAMA | {"llama.attention.key_length": 32, "llama.attention.value_length": 8}
        assert read_gguf(write_gguf(tmp_path / "m.gguf", own)).token_bytes == 2 * 2 * (32 + 8) * 2

    def test_what_stands_behind_the_tokenizer_is_not_read(self, tmp_path: Path) -> None:
        fields: dict[str, int | str] = {"general.architecture": "llama", "tokenizer.model": "x"}
        path = write_gguf(tmp_path / "m.gguf", {**fields, "llama.context_length": 9})
        assert (read_gguf(path).context, read_gguf(path).token_bytes) == (0, 0)

    @given(length=st.integers(0, 250))
    def test_a_cut_header_is_an_error(
        self, tmp_path_factory: pytest.TempPathFactory, length: int
    ) -> None:
        path = write_gguf(tmp_path_factory.mktemp("cut") / "m.gguf", LLAMA)
        path.write_bytes(path.read_bytes()[: min(length, path.stat().st_size - 1)])
        with pytest.raises(ModelNotFoundError, match="is no usable GGUF file"):
            read_gguf(path)

    @given(tail=st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, tail: bytes
    ) -> None:
        path = tmp_path_factory.mktemp("any") / "m.gguf"
        path.write_bytes(HEADER + tail)
        with contextlib.suppress(ModelNotFoundError):
            assert read_gguf(path).context >= 0

    def test_a_path_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ModelNotFoundError, match=r"Cannot read the model .*No such file"):
            read_gguf(tmp_path / "missing.gguf")

    def test_a_file_of_another_kind(self, tmp_path: Path) -> None:
        (tmp_path / "page.gguf").write_text("<!doctype html>", encoding="utf-8")
        with pytest.raises(ModelNotFoundError, match=r"no usable GGUF file \(it begins with other"):
            read_gguf(tmp_path / "page.gguf")

    def test_another_version(self, tmp_path: Path) -> None:
        (tmp_path / "m.gguf").write_bytes(b"GGUF" + bytes(60))
        with pytest.raises(ModelNotFoundError, match="its version is 0"):
            read_gguf(tmp_path / "m.gguf")
