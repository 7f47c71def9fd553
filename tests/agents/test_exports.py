from __future__ import annotations

import subprocess
import sys

import pytest

import pycode.agents
import pycode.permissions


@pytest.mark.parametrize("package", [pycode.agents, pycode.permissions])
def test_every_export_is_there(package: object) -> None:
    names: list[str] = vars(package)["__all__"]
    for name in names:
        assert getattr(package, name) is not None


def test_judging_loads_nothing_expensive() -> None:
    code = (
        "import sys, pycode.permissions.decide, pycode.agents.build, pycode.agents.loader\n"
        "bad = {'pydantic', 'rich', 'yaml', 'asyncio', 'subprocess', 'difflib', 'unicodedata', 'shlex'}\n"
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
