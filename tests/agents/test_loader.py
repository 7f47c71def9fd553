from __future__ import annotations

import pytest

from pycode.agents import BuildAgent, PlanAgent, get_agent, list_agents
from pycode.config.schema import AgentSettings
from pycode.core.errors import UsageError
from pycode.permissions.rules import Rule

REVIEWER = AgentSettings(
    description="Reviews.",
    prompt="You review.",
    model="anthropic/some-model",
    tools=["read", "grep"],
    permission={"bash": {"*": "deny"}},
    max_steps=5,
    temperature=0.5,
)


def test_the_built_in_agents() -> None:
    assert isinstance(get_agent("build"), BuildAgent)
    assert isinstance(get_agent("plan"), PlanAgent)


def test_an_agent_of_the_users_own() -> None:
    config = get_agent("reviewer", {"reviewer": REVIEWER}).config
    assert (config.name, config.description, config.prompt) == (
        "reviewer",
        "Reviews.",
        "You review.",
    )
    assert (config.model, config.tools) == ("anthropic/some-model", ["read", "grep"])
    assert (config.max_steps, config.temperature, config.mode) == (5, 0.5, "default")
    assert Rule("bash", "*", "deny", "agent") in config.rules()


def test_a_built_in_agent_can_be_changed_but_stays_what_it_is() -> None:
    configured = {"plan": AgentSettings(model="a/b", permission={"webfetch": {"*": "deny"}})}
    config = get_agent("plan", configured).config
    assert (config.model, config.mode, config.edit_permission) == ("a/b", "plan", "deny")
    assert config.prompt == PlanAgent().config.prompt
    assert Rule("webfetch", "*", "deny", "agent") in config.rules()


def test_what_the_repository_brings_only_tightens_and_hides_nobody() -> None:
    repository = {"reviewer": AgentSettings(permission={"bash": {"*": "allow"}}), "plan": REVIEWER}
    repository["build"] = REVIEWER
    assert isinstance(get_agent("plan", {}, repository), PlanAgent)
    assert isinstance(get_agent("build", {}, repository), BuildAgent)
    config = get_agent("reviewer", {}, repository).config
    assert Rule("bash", "*", "allow", "repository") in config.rules()
    assert get_agent("reviewer", {"reviewer": REVIEWER}, repository).description == "Reviews."


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        get_agent("paln", {"reviewer": REVIEWER})
    assert str(caught.value) == (
        "there is no agent 'paln'; did you mean 'plan'? Known agents: build, plan, reviewer"
    )
    with pytest.raises(UsageError, match=r"no agent 'zzz'\. Known agents: build, plan"):
        get_agent("zzz")


def test_an_agent_whose_rules_are_none_is_refused() -> None:
    with pytest.raises(UsageError, match="allow, ask or deny"):
        get_agent("x", {"x": AgentSettings(permission={"bash": {"*": "yes"}})})


def test_the_list_has_every_agent_once() -> None:
    agents = list_agents({"zed": REVIEWER, "plan": REVIEWER}, {"abc": REVIEWER})
    assert [agent.name for agent in agents] == ["build", "plan", "abc", "zed"]
