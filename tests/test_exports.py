"""Every package offers what it says, and all public names of the guide are where it says."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import pycode

PACKAGES = ["pycode"] + [
    f"pycode.{module.name}" for module in pkgutil.iter_modules(pycode.__path__) if module.ispkg
]
GUIDE = {
    "pycode": ["AgentRunner", "RunConfig"],
    "pycode.core": [
        "Identifier",
        "Message",
        "Session",
        "TextPart",
        "ToolPart",
        "FilePart",
        "AgentPart",
        "ReasoningPart",
    ],
    "pycode.agents": ["Agent", "BuildAgent", "PlanAgent"],
    "pycode.tools": [
        "Tool",
        "ToolRegistry",
        "ToolContext",
        "ToolResult",
        "BashTool",
        "ReadTool",
        "WriteTool",
        "EditTool",
        "GrepTool",
        "GlobTool",
    ],
    "pycode.providers": [
        "Provider",
        "ProviderConfig",
        "StreamEvent",
        "AnthropicProvider",
        "OpenAIProvider",
        "create_provider",
    ],
    "pycode.storage": ["Storage"],
}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_in_all_can_be_had_and_is_sorted(name: str) -> None:
    package = importlib.import_module(name)
    names = getattr(package, "__all__", [])
    assert names == sorted(names)
    for exported in names:
        assert getattr(package, exported) is not None
    with pytest.raises(AttributeError):
        package.no_such_name  # noqa: B018


@pytest.mark.parametrize(("name", "wanted"), GUIDE.items())
def test_the_guides_names_are_exported(name: str, wanted: list[str]) -> None:
    assert set(wanted) <= set(importlib.import_module(name).__all__)
