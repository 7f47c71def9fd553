"""`pycode config`: what counts, from where, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.cli import Cli

jsonschema = pytest.importorskip("jsonschema")

SECRETS = """\
model: openai/gpt-test
providers:
  anthropic:
    api_key: sk-secret-1
    base_url: https://user:sk-secret-2@example.com/v1?api_key=sk-secret-3&x=1
    headers: {X-Team: sk-secret-4}
  my.own.host:
    api_key: sk-secret-5
    headers: {Authorization: sk-secret-6}
  ollama:
permission:
  bash: {"git push *": deny}
timeouts: {idle: 7}
"""


def write(cli: Cli, text: str) -> None:
    """Write the user's file."""
    cli.home.config_file.write_text(text, encoding="utf-8")


class TestShow:
    """Each value with its source."""

    def test_values_and_sources(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        write(cli, SECRETS)
        monkeypatch.setenv("PYCODE_MAX_STEPS", "9")
        (cli.project / ".pycode.yaml").write_text("max_retries: 1\n", encoding="utf-8")
        rows = {key: (value, source) for key, value, source in cli("config", "show").rows}
        file = cli.home.config_file
        assert rows["model"] == ('"openai/gpt-test"', f"{file}:1")
        assert rows["timeouts.idle"] == ("7", f"{file}:13")
        assert rows["timeouts.connect"] == ("10", "built-in default")
        assert rows["max_steps"] == ("9", "PYCODE_MAX_STEPS")
        assert rows["max_retries"] == ("1", f"{cli.project / '.pycode.yaml'}:1")
        assert rows["permission.bash.git push *"] == ('"deny"', f"{file}:12")
        assert rows["providers.ollama"] == ("{}", f"{file}:10")

    def test_an_example_of_a_rule_that_fails(self, cli: Cli) -> None:
        write(cli, "permission: {bash: {'ls *': {action: allow, match: [rm x]}}}")
        said = cli("config", "show")
        assert said.code == 2
        assert "does not match its example 'rm x'" in said.err

    @pytest.mark.parametrize("arguments", [[], ["--json"], ["providers"]])
    def test_no_secret(self, cli: Cli, arguments: list[str]) -> None:
        write(cli, SECRETS)
        said = cli("config", "show", *arguments)
        assert said.code == 0
        assert "sk-secret" not in said.out + said.err
        assert said.out.count("(hidden)") == 6
        assert "example.com" in said.out

    def test_one_key_and_what_lies_below(self, cli: Cli) -> None:
        keys = [setting["key"] for setting in cli("config", "show", "timeouts", "--json").json]
        assert keys == ["timeouts.connect", "timeouts.first_event", "timeouts.idle"]
        said = cli("config", "show", "timeout.idle")
        assert said.code == 2
        assert "did you mean 'timeouts.idle'?" in said.err

    def test_warnings(self, cli: Cli) -> None:
        (cli.project / ".pycode.yaml").write_text("providers: {a: {}}\n", encoding="utf-8")
        assert "only your own config.yaml may set it" in cli("config", "show").err


class TestCheck:
    """Every problem, with its line."""

    def test_right_and_wrong(self, cli: Cli) -> None:
        assert "there is no file" in cli("config", "check").out
        write(cli, SECRETS)
        assert cli("config", "check").out == f"Nothing is wrong in {cli.home.config_file}.\n"
        write(cli, "modle: x\nmax_steps: none\n")
        said = cli("config", "check")
        assert said.code == 2
        assert f'{cli.home.config_file}:1: unknown key "modle"; did you mean "model"?' in said.err
        assert f"{cli.home.config_file}:2: max_steps must be" in said.err

    def test_what_is_not_obeyed(self, cli: Cli) -> None:
        (cli.project / ".pycode.yaml").write_text("agents: {a: {}}\n", encoding="utf-8")
        assert "pycode trust): .pycode.yaml (agents)" in cli("config", "check").out


def test_path(cli: Cli) -> None:
    write(cli, "")
    assert cli("config", "path").rows == [
        [str(cli.home.config_file), "user", "there"],
        [str(cli.project / ".pycode.yaml"), "repository", "not there"],
        [str(cli.project / ".pycode" / "config.yaml"), "repository", "not there"],
    ]


class TestSchema:
    """What an editor says is what PyCode says."""

    @pytest.fixture
    def schema(self, cli: Cli) -> Any:
        """The schema, itself checked."""
        found = cli("config", "schema").json
        jsonschema.Draft202012Validator.check_schema(found)
        return jsonschema.Draft202012Validator(found)

    @pytest.mark.parametrize(
        "text",
        [
            SECRETS,
            "{}",
            "model:\nproviders:\n",
            "max_steps: ${STEPS:5}\nlog: debug\n",
            "permission: {edit: ask, bash: {'*': deny}}\ninstructions: [a.md]\n",
            "default_model: {provider: a, model: b}\nmodels: {a/b: {context: 5, tools: true}}\n",
            "agents: {a: {tools: [read], temperature: 0.5, permission: {bash: deny}}}\n",
        ],
    )
    def test_right_files(self, cli: Cli, schema: Any, text: str) -> None:
        import yaml

        write(cli, text)
        assert cli("config", "check").code == 0
        assert list(schema.iter_errors(yaml.safe_load(text))) == []

    @pytest.mark.parametrize(
        "text",
        [
            "modle: x\n",
            "max_steps: 0\n",
            "max_steps: true\n",
            "log: loud\n",
            "permission: {bash: {a: perhaps}}\n",
            "default_model: {provider: a}\n",
            "timeouts: {idle: 0}\n",
            "agents: {a: {temperature: 3}}\n",
            "instructions: a.md\n",
            "providers: {a: {headers: {b: 5}}}\n",
        ],
    )
    def test_wrong_files(self, cli: Cli, schema: Any, text: str) -> None:
        import yaml

        write(cli, text)
        assert cli("config", "check").code == 2
        assert list(schema.iter_errors(yaml.safe_load(text)))


def test_the_schema_is_json_for_a_file(cli: Cli, tmp_path: Path) -> None:
    said = cli("config", "schema")
    assert json.loads(said.out)["title"] == "PyCode's config.yaml"
