"""Tools under the names that programs know."""

from __future__ import annotations

from pycode.cli.formats.names import CLAUDE_NAMES, inward, inward_input, outward, outward_call
from pycode.core.parts import ToolPart


def test_names_go_both_ways() -> None:
    for own, theirs in CLAUDE_NAMES.items():
        assert outward(own) == theirs
        assert inward(theirs) == inward(own) == own
    assert outward("more_tools") == "more_tools"


def test_a_call_through_more_tools_is_the_inner_call() -> None:
    arguments = {"source": "a", "target": "b"}
    part = ToolPart(tool="more_tools", input={"name": "move", "arguments": arguments})
    assert outward_call(part) == ("move", arguments)
    assert inward_input(part, {"source": "c"}) == {"name": "move", "arguments": {"source": "c"}}
    assert inward_input(part, None) is None


def test_any_other_call_is_itself() -> None:
    part = ToolPart(tool="bash", input={"name": "x", "arguments": {}})
    assert outward_call(part) == ("Bash", part.input)
    assert inward_input(part, {"command": "ls"}) == {"command": "ls"}
    search = ToolPart(tool="more_tools", input={"query": "move"})
    assert outward_call(search) == ("more_tools", {"query": "move"})
