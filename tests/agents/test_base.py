from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.agents import Agent, AgentConfig, BuildAgent, PlanAgent
from pycode.core.errors import UsageError
from pycode.permissions.rules import Action, Rule


def test_build_may_do_everything() -> None:
    agent = BuildAgent()
    assert agent.name == "build"
    assert agent.config.mode == "default"
    assert agent.config.edit_permission == "allow"
    assert agent.config.check_bash_permission("git status") == "allow"
    assert agent.config.check_bash_permission("make; rm -rf x") == "allow"


def test_the_longest_pattern_that_matches_wins() -> None:
    config = AgentConfig(
        "a",
        bash_permissions={
            "git push *": "deny",
            "git *": "allow",
            "*": "ask",
            "git push -n": "allow",
        },
    )
    assert config.check_bash_permission("git status") == "allow"
    assert config.check_bash_permission("git push origin") == "deny"
    assert config.check_bash_permission("git push -n") == "allow"
    assert config.check_bash_permission("make") == "ask"
    assert config.check_bash_permission("make; git push origin") == "deny"
    assert config.check_bash_permission("git status; make") == "ask"


def test_of_two_patterns_of_one_length_the_later_wins() -> None:
    assert (
        AgentConfig("a", bash_permissions={"ab*": "allow", "a*b": "deny"}).check_bash_permission(
            "ab"
        )
        == "deny"
    )
    assert (
        AgentConfig("a", bash_permissions={"a*b": "deny", "ab*": "allow"}).check_bash_permission(
            "ab"
        )
        == "allow"
    )


def test_no_pattern_is_a_deny() -> None:
    assert AgentConfig("a", bash_permissions={}).check_bash_permission("ls") == "deny"
    assert (
        AgentConfig("a", bash_permissions={"git *": "allow"}).check_bash_permission("ls") == "deny"
    )


def test_rules_of_the_config() -> None:
    config = AgentConfig(
        "a",
        edit_permission="ask",
        bash_permissions={"git *": "allow"},
        permission={"external_directory": {"/data/**": "allow"}, "webfetch": "deny"},
    )
    assert config.rules() == [
        Rule("edit", "*", "ask", "agent_default"),
        Rule("bash", "*", "deny", "agent_default"),
        Rule("bash", "git *", "allow", "agent_default"),
        Rule("external_directory", "/data/**", "allow", "agent"),
        Rule("webfetch", "*", "deny", "agent"),
    ]
    config.from_repository = True
    assert {rule.source for rule in config.rules()} == {"agent_default", "repository"}


def test_rules_that_are_none() -> None:
    with pytest.raises(UsageError, match="allow, ask or deny"):
        AgentConfig("a", permission={"bash": "yes"}).rules()


PATTERNS = st.text("ab *", min_size=1, max_size=5).filter(str.strip)
ACTIONS: st.SearchStrategy[Action] = st.sampled_from(["allow", "ask", "deny"])


@given(st.dictionaries(PATTERNS, ACTIONS), st.text("ab", min_size=1, max_size=5))
def test_the_last_rule_that_matches_is_the_longest_pattern(
    patterns: dict[str, Action], command: str
) -> None:
    from pycode.permissions.patterns import match_text

    matching = [pattern for pattern in patterns if match_text(pattern, command)]
    expected: Action = "deny"
    for pattern in matching:
        if len(pattern) == max(map(len, matching)):
            expected = patterns[pattern]
    config = AgentConfig("a", bash_permissions=patterns)
    assert config.check_bash_permission(command) == expected


@pytest.mark.parametrize(
    "command", ["git status", "git log --oneline -5", "ls -la", "cat x", "rg -n x", "sed -n 1,5p x"]
)
def test_plan_may_look(command: str) -> None:
    assert PlanAgent().config.check_bash_permission(command) == "allow"


@pytest.mark.parametrize(
    "command",
    [
        "rm x",
        "git commit -m x",
        "git log > x",
        "ls; rm x",
        "git status\nrm x",
        "sort -o a b",
        "make",
        "",
    ],
)
def test_plan_may_do_nothing_else(command: str) -> None:
    assert PlanAgent().config.check_bash_permission(command) == "deny"


def test_plan_has_no_tool_that_writes() -> None:
    config = PlanAgent().config
    assert config.mode == "plan"
    assert config.edit_permission == "deny"
    assert config.tools == {"write": False, "edit": False}


def test_an_agent_of_a_config() -> None:
    agent = Agent(AgentConfig("reviewer", description="Reviews."))
    assert (agent.name, agent.description) == ("reviewer", "Reviews.")


def test_an_agent_with_properties() -> None:
    class Mine(Agent):
        @property
        def name(self) -> str:
            return "mine"

        @property
        def description(self) -> str:
            return "My own."

    agent = Mine()
    assert (agent.name, agent.description) == ("mine", "My own.")
    assert (agent.config.name, agent.config.description) == ("mine", "My own.")
    assert agent.config is agent.config


def test_an_agent_with_attributes_or_nothing() -> None:
    class ReviewAgent(Agent):
        """Reviews code.

        And more.
        """

    class Named(Agent):
        name = "other"

        def __init__(self) -> None:
            pass

    assert (ReviewAgent().name, ReviewAgent().description) == ("review", "Reviews code.")
    assert (Named().name, Named().config.name) == ("other", "other")


def test_an_agent_with_a_config_of_its_own() -> None:
    class Strict(Agent):
        @property
        def config(self) -> AgentConfig:
            return AgentConfig("strict", description="Asks.", edit_permission="ask")

    agent = Strict()
    assert (agent.name, agent.description) == ("strict", "Asks.")
    assert agent.config.rules()[0] == Rule("edit", "*", "ask", "agent_default")
