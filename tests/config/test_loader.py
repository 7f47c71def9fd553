"""Where the configuration comes from, and who wins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.config.home import Home
from pycode.config.loader import load_config, merge
from pycode.config.reading import KeyPath, Layer, Leaf, variables
from pycode.config.schema import (
    AgentSettings,
    Config,
    ProviderSettings,
    Timeouts,
)

if TYPE_CHECKING:
    from tests.config.conftest import Place

SEED = """
providers:
  anthropic:
    api_key: "sk-ant-..."
  openai:
    api_key: "sk-..."

default_model:
  provider: anthropic
  model: claude-3-7-sonnet-20250219
"""


def test_the_seeds_file(place: Place) -> None:
    place.user(SEED)
    config = place.load()
    assert config.model == "anthropic/claude-3-7-sonnet-20250219"
    assert config.providers == {
        "anthropic": ProviderSettings(api_key="sk-ant-..."),
        "openai": ProviderSettings(api_key="sk-..."),
    }


def test_every_key(place: Place) -> None:
    path = place.user("""
        model: ollama/qwen
        agent: plan
        providers:
          local: {api_key: k, base_url: "http://x/v1", protocol: openai-chat, headers: {X-A: b}}
          ollama:
        permission:
          bash: {"*": ask, "git *": allow}
          edit: deny
        max_steps: 7
        max_retries: 0
        timeouts: {connect: 1, first_event: 2.5, idle: 3}
        bash_timeout: 60
        log: info
        agents:
          reviewer:
            description: d
            prompt: p
            model: a/b
            tools: [read, grep]
            permission: {"*": deny}
            max_steps: 3
            temperature: 0.5
        instructions: [notes.md]
        """)
    assert place.load() == Config(
        model="ollama/qwen",
        agent="plan",
        providers={
            "local": ProviderSettings(
                api_key="k", base_url="http://x/v1", protocol="openai-chat", headers={"X-A": "b"}
            ),
            "ollama": ProviderSettings(),
        },
        permission={"bash": {"*": "ask", "git *": "allow"}, "edit": {"*": "deny"}},
        max_steps=7,
        max_retries=0,
        timeouts=Timeouts(connect=1, first_event=2.5, idle=3),
        bash_timeout=60,
        log="info",
        agents={
            "reviewer": AgentSettings(
                description="d",
                prompt="p",
                model="a/b",
                tools=["read", "grep"],
                permission={"*": {"*": "deny"}},
                max_steps=3,
                temperature=0.5,
            )
        },
        instructions=[str(place.home.root / "notes.md")],
        sources=place.load().sources,
    )
    assert place.load().source("timeouts.idle") == f"{path}:12"


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "---\n", "providers:\nmodel: ~\n", "{}", "\ufeff{}", "timeouts: {}"],
)
def test_a_file_that_says_nothing(place: Place, text: str) -> None:
    place.user(text)
    config = place.load()
    assert config == Config()
    assert config.source("max_steps") == "built-in default"


def test_the_order_of_the_sources(place: Place) -> None:
    environ, flags = {"PYCODE_MAX_STEPS": "5"}, {"max_steps": 6, "model": None}
    seen = [(place.load().max_steps, place.load().source("max_steps"))]
    user = place.user("max_steps: 2")
    seen.append((place.load().max_steps, place.load().source("max_steps")))
    first = place.repository("max_steps: 3")
    seen.append((place.load().max_steps, place.load().source("max_steps")))
    second = place.repository("\nmax_steps: 4", ".pycode/config.yaml")
    for arguments in ({}, {"environ": environ}, {"environ": environ, "flags": flags}):
        config = place.load(**arguments)
        seen.append((config.max_steps, config.source("max_steps")))
    assert seen == [
        (500, "built-in default"),
        (2, f"{user}:1"),
        (3, f"{first}:1"),
        (4, f"{second}:2"),
        (5, "PYCODE_MAX_STEPS"),
        (6, "flag"),
    ]


def test_only_the_projects_root_is_looked_at(place: Place) -> None:
    place.repository("max_steps: 3", "below/.pycode.yaml")
    below = place.project / "below"
    assert load_config(place.home, place.project, below, {}).max_steps == 500


def test_in_the_home_directory_the_users_file_is_the_users(tmp_path: Path) -> None:
    home = Home(tmp_path / ".pycode")
    home.ensure()
    home.config_file.write_text("log: info", encoding="utf-8")
    config = load_config(home, tmp_path, tmp_path, {})
    assert (config.log, config.warnings) == ("info", [])


# Variables and flags.


def test_every_scalar_has_a_variable() -> None:
    assert list(variables()) == [
        "PYCODE_MODEL",
        "PYCODE_AGENT",
        "PYCODE_MAX_STEPS",
        "PYCODE_MAX_RETRIES",
        "PYCODE_MAX_RETRY_WAIT",
        "PYCODE_TIMEOUTS_CONNECT",
        "PYCODE_TIMEOUTS_FIRST_EVENT",
        "PYCODE_TIMEOUTS_IDLE",
        "PYCODE_BASH_TIMEOUT",
        "PYCODE_LOG",
    ]


def test_variables(place: Place) -> None:
    config = place.load(
        {
            "PYCODE_MODEL": "a/${B}",
            "PYCODE_TIMEOUTS_IDLE": "2.5",
            "PYCODE_LOG": "DEBUG",
            "PYCODE_AGENT": "",
            "PYCODE_HOME": "/x",
            "PYCODE_SOMETHING": "else",
        }
    )
    assert config.model == "a/${B}"
    assert config.timeouts == Timeouts(idle=2.5)
    assert config.log == "debug"
    assert config.agent is None


def test_variables_in_the_users_file(place: Place) -> None:
    place.user("""
        max_steps: ${STEPS}
        log: "${LEVEL:info}"
        model: a/${NAME}-$$1
        providers: {x: {headers: {A: "${KEY}"}, api_key: "a$$b"}}
        agents: {"${A}": {tools: ["${TOOL:read}"]}}
        """)
    config = place.load({"STEPS": "9", "NAME": "m", "KEY": "1"})
    assert (config.max_steps, config.log, config.model) == (9, "info", "a/m-$1")
    assert config.providers == {"x": ProviderSettings(headers={"A": "1"}, api_key="a$b")}
    assert config.agents == {"${A}": AgentSettings(tools=["read"])}


def test_paths_of_flags_begin_at_the_working_directory(place: Place) -> None:
    place.user("instructions: [~/a.md, /b.md]")
    place.repository("instructions: [c.md]")
    directory = place.project / "below"
    config = load_config(
        place.home,
        place.project,
        directory,
        {},
        {"instructions": ["d.md"], "agent": "plan"},
        trusted=True,
    )
    assert config.instructions == [
        str(Path("~/a.md").expanduser().resolve()),
        "/b.md",
        str(place.project / "c.md"),
        str(directory / "d.md"),
    ]
    assert place.short(config.source("instructions")) == "config.yaml:1, .pycode.yaml:1, flag"


# A repository's file.


def test_what_a_repository_may_not_set(place: Place) -> None:
    place.user("providers: {anthropic: {api_key: mine}}")
    place.repository("""
        providers: {anthropic: {base_url: "https://evil.example", headers: {a: b}, protocol: x}}
        log: debug
        max_steps: 3
        """)
    config = place.load()
    assert config.providers == {"anthropic": ProviderSettings(api_key="mine")}
    assert (config.log, config.max_steps) == (None, 3)
    assert [place.short(line) for line in config.warnings] == [
        ".pycode.yaml:2: providers is ignored; only your own config.yaml may set it",
        ".pycode.yaml:3: log is ignored; only your own config.yaml may set it",
    ]


def test_a_repositorys_text_is_not_expanded(place: Place) -> None:
    place.repository("model: a/${SECRET}\nagent: $$x")
    config = place.load({"SECRET": "s"})
    assert (config.model, config.agent) == ("a/${SECRET}", "$$x")
    assert [place.short(line) for line in config.warnings] == [
        ".pycode.yaml:1: model keeps its ${…}; variables are not read for a repository"
    ]


def test_a_repositorys_rules_are_kept_apart(place: Place) -> None:
    place.user('permission: {bash: {"*": ask}}')
    place.repository('permission: {bash: {"*": allow, "rm *": deny}, edit: ask}')
    place.repository('permission: {bash: {"*": deny}}', ".pycode/config.yaml")
    config = place.load()
    assert config.permission == {"bash": {"*": "ask"}}
    assert list(config.repository_permission["bash"].items()) == [("rm *", "deny"), ("*", "deny")]
    assert config.repository_permission["edit"] == {"*": "ask"}
    source = place.short(config.source("repository_permission.bash.*"))
    assert source == ".pycode/config.yaml:1"


def test_a_repository_cannot_change_the_users_agents(place: Place) -> None:
    place.user("agents: {mine: {permission: {bash: allow}}}")
    place.repository("agents: {mine: {prompt: evil, model: a/b}, theirs: {prompt: p}}")
    config = place.load()
    assert config.agents == {"mine": AgentSettings(permission={"bash": {"*": "allow"}})}
    assert config.repository_agents == {"theirs": AgentSettings(prompt="p")}
    assert [place.short(line) for line in config.warnings] == [
        ".pycode.yaml:1: agents.mine is ignored; your own config.yaml has an agent of this name"
    ]


def test_a_repositorys_instructions_lie_in_the_project(place: Place, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s", encoding="utf-8")
    (place.project / "link").symlink_to(tmp_path / "secret")
    place.repository("instructions: [docs/a.md, ../secret, link, /etc/passwd, ~/x]")
    config = place.load()
    assert config.instructions == [str(place.project / "docs" / "a.md")]
    assert [place.short(line) for line in config.warnings] == [
        f'.pycode.yaml:1: "{name}" in instructions is ignored; it lies outside the project'
        for name in ("../secret", "link", "/etc/passwd", "~/x")
    ]


def test_warnings_show_no_control_characters_and_have_an_end(place: Place) -> None:
    names = ", ".join(f'"../{number}\\e[2J"' for number in range(500))
    agents = "\n".join(f'  "{number}": {{prompt: "${{A}}"}}' for number in range(500))
    place.repository(f"instructions: [{names}]\nagents:\n{agents}")
    warnings = place.load().warnings
    assert all(line.isprintable() for line in warnings)
    assert len(warnings) == 21


# Merging.

paths: st.SearchStrategy[KeyPath] = st.sampled_from(
    [("model",), ("timeouts", "idle"), ("permission", "bash", "*"), ("permission", "bash", "a")]
)
leaves = st.builds(Leaf, st.integers(), st.text(max_size=3))
layers: st.SearchStrategy[Layer] = st.dictionaries(paths, leaves)


@given(st.lists(layers))
@settings(deadline=None)
def test_the_later_layer_wins(sources: list[Layer]) -> None:
    merged = merge(sources)
    for path in {path for layer in sources for path in layer}:
        assert merged[path] == [layer[path] for layer in sources if path in layer][-1]
    assert set(merged) == {path for layer in sources for path in layer}


@given(st.lists(layers))
@settings(deadline=None)
def test_the_order_is_that_of_the_last_mention(sources: list[Layer]) -> None:
    mentions = [path for layer in sources for path in layer]
    last = {path: index for index, path in enumerate(mentions)}
    assert list(merge(sources)) == sorted(last, key=lambda path: last[path])


@given(layers, layers, layers)
@settings(deadline=None)
def test_merging_has_no_preferred_grouping(a: Layer, b: Layer, c: Layer) -> None:
    assert list(merge([merge([a, b]), c]).items()) == list(merge([a, merge([b, c])]).items())


patterns = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
rules: st.SearchStrategy[dict[str, dict[str, str]]] = st.dictionaries(
    patterns, st.dictionaries(patterns, st.sampled_from(["allow", "ask", "deny"]), min_size=1)
)


@given(rules)
@settings(deadline=None)
def test_rules_come_out_as_they_went_in(permission: dict[str, dict[str, str]]) -> None:
    nowhere = Path("/nonexistent")
    flags: dict[str, Any] = {"permission": permission}
    config = load_config(Home(nowhere), nowhere, nowhere, {}, flags)
    assert config.permission == permission
    assert [list(item.items()) for item in config.permission.values()] == [
        list(item.items()) for item in permission.values()
    ]
    assert list(config.permission) == list(permission)


# Start-up.

HEAVY = ("yaml", "pydantic", "rich", "importlib.metadata", "aiofiles", "subprocess", "difflib")


@pytest.mark.parametrize("with_file", [False, True])
def test_nothing_heavy_loads_without_a_file(place: Place, with_file: bool) -> None:
    if with_file:
        place.user("model: a/b")
    code = f"""
import sys
from pathlib import Path
from pycode.config import Config, Home, load_config
here = Path({str(place.project)!r})
load_config(Home(Path({str(place.home.root)!r})), here, here, {{"PYCODE_MODEL": "a/b"}}, {{"agent": "plan"}})
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout.split() == (["yaml"] if with_file else [])


def test_keys_are_not_printed(place: Place) -> None:
    place.user("providers: {x: {api_key: hush, headers: {Authorization: hush}}}")
    assert "hush" not in repr(place.load())


def test_without_trust_agents_and_instructions_of_a_repository_are_not_read(place: Place) -> None:
    place.user("agents: {mine: {prompt: m}}\ninstructions: [notes.md]")
    place.repository(
        "agents: {theirs: {prompt: evil}}\ninstructions: [a.md]\nagent: theirs\n"
        "max_steps: 7\npermission: {bash: ask}"
    )
    place.repository("agent: other\nagents: {other: {modle: 1}}", ".pycode/config.yaml")
    config = load_config(place.home, place.project, place.project, {})
    assert set(config.agents) == {"mine"}
    assert config.repository_agents == {}
    assert config.instructions == [str(place.home.root / "notes.md")]
    assert config.agent is None
    # What only tightens holds all the same.
    assert config.repository_permission == {"bash": {"*": "ask"}}
    assert config.max_steps == 7
    assert config.untrusted == [
        ".pycode.yaml (agents, instructions)",
        f"{os.path.join('.pycode', 'config.yaml')} (agents)",
    ]


def test_without_trust_a_repository_may_still_choose_an_agent_of_the_users(place: Place) -> None:
    place.repository("agent: plan\nagents: {theirs: {prompt: p}}")
    assert load_config(place.home, place.project, place.project, {}).agent == "plan"


def test_a_repositorys_file_that_leads_out_of_the_project_is_ignored(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / "secret.yaml").write_text("max_steps: 7", encoding="utf-8")
    (place.project / ".pycode.yaml").symlink_to(tmp_path / "secret.yaml")
    config = place.load()
    assert config.max_steps == 500
    assert [place.short(text) for text in config.warnings] == [
        ".pycode.yaml: is ignored; it is a link that leads out of the project"
    ]
