"""`pycode agents` and `pycode tools`."""

from __future__ import annotations

from tests.support.cli import Cli


class TestAgents:
    """Who can do the work."""

    def test_built_in_and_own(self, cli: Cli) -> None:
        cli.home.config_file.write_text(
            'agent: mine\nagents: {mine: {description: "My\\e[2J own", max_steps: 3}}\n',
            encoding="utf-8",
        )
        rows = cli("agents").rows
        assert [(row[0], row[2]) for row in rows] == [
            ("build", "built in"),
            ("plan", "built in"),
            ("mine", "config.yaml"),
        ]
        assert rows[2][1] == "My␛[2J own"
        mine = cli("agents", "--json").json[2]
        assert (mine["default"], mine["max_steps"], mine["mode"]) == (True, 3, "default")

    def test_a_repositorys_only_where_it_is_trusted(self, cli: Cli) -> None:
        (cli.project / ".pycode.yaml").write_text("agents: {theirs: {}}\n", encoding="utf-8")
        assert "theirs" not in cli("agents").out
        assert cli("trust").code == 0
        assert ["theirs", "", "repository"] in cli("agents").rows


class TestTools:
    """What the model may do."""

    def test_all(self, cli: Cli) -> None:
        rows = {row[0]: row for row in cli("tools").rows}
        assert rows["read"][2:] == ["read", "changes nothing", "always offered"]
        assert rows["delete"][2:] == ["edit", "may change things", "behind more_tools"]

    def test_one(self, cli: Cli) -> None:
        assert '"file_path"' in cli("tools", "read").out
        assert cli("tools", "read", "--json").json["parameters"]["type"] == "object"

    def test_none(self, cli: Cli) -> None:
        said = cli("tools", "grap")
        assert (said.code, "did you mean 'grep'?" in said.err) == (2, True)
