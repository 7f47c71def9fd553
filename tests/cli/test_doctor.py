"""`pycode doctor`: what is wrong, and the line that mends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.cli import Cli, Said

KEY = "sk-ant-1234567890"


def states(said: Said) -> dict[str, str]:
    """The state of each check."""
    return {check["name"]: check["state"] for check in said.json}


def test_nothing_configured(cli: Cli) -> None:
    said = cli("doctor", "--json")
    assert said.code == 1
    assert states(said)["model"] == "problem"
    assert states(said)["ripgrep"] == "ok"
    (model,) = [check for check in said.json if check["name"] == "model"]
    assert model["mend"] == "pycode models install local"


def test_all_is_well(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    said = cli("doctor")
    assert said.code == 0
    assert "✓ keys      anthropic (ANTHROPIC_API_KEY)" in said.out
    assert "✓ model     anthropic/" in said.out
    assert KEY not in said.out


def test_every_fault_has_a_mend(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    cli.home.config_file.write_text("modle: x\n", encoding="utf-8")
    bare = tmp_path / "bare"
    bare.mkdir()
    said = cli("doctor", "--json", "--cwd", str(bare))
    assert said.code == 1
    found = states(said)
    assert (found["git"], found["config"], found["project"]) == ("warning", "problem", "warning")
    assert all(check["mend"] for check in said.json if check["state"] != "ok")
    (config,) = [check for check in said.json if check["name"] == "config"]
    assert "config.yaml:1" in config["text"]


def test_a_folder_that_cannot_be(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYCODE_HOME", "relative")
    said = cli("doctor", "--json")
    assert (said.code, states(said)["folder"]) == (1, "problem")


def test_a_file_system_without_locks(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> bool:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("pycode.system.locks.FileLock.acquire", refused)
    said = cli("doctor", "--json")
    assert (said.code, states(said)["locks"]) == (1, "problem")


def test_looking_makes_nothing(cli: Cli) -> None:
    cli.home.root.rmdir()
    before = sorted(cli.home.root.parent.rglob("*"))
    cli("doctor")
    assert sorted(cli.home.root.parent.rglob("*")) == before


class TestReport:
    """A text that fits an issue."""

    def test_no_secret_and_no_home(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        text = f"model: anthropic/{KEY}\nproviders: {{anthropic: {{base_url: 'https://x/{KEY}'}}}}\npermission: {{bash: {{'my secret *': allow}}}}\n"
        cli.home.config_file.write_text(text, encoding="utf-8")
        said = cli("doctor", "--report")
        assert KEY not in said.out
        assert "anthropic/(hidden)" in said.out
        assert "my secret" not in said.out
        assert str(cli.home.root.parent) not in said.out
        assert "- `model`\n- `permission`\n- `providers`\n" in said.out
        assert "| git | ok |" in said.out

    def test_with_a_broken_configuration(self, cli: Cli) -> None:
        cli.home.config_file.write_text("modle: x\n", encoding="utf-8")
        said = cli("doctor", "--report")
        assert "The configuration cannot be read." in said.out
