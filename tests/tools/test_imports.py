"""What the tools cost before the first request."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pycode.tools

_SCRIPT = """
import json, sys
import pycode.tools
before = [name for name in sys.modules if name.startswith("pycode.tools.")]
from pycode.tools import default_registry
for tool in default_registry().get_all():
    tool.name, tool.description, tool.parameters_schema
print(json.dumps([before, sorted(sys.modules)]))
"""


def test_only_what_is_needed_is_loaded() -> None:
    # Measuring coverage loads modules of its own.
    environ = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True, env=environ
    )
    before, loaded = json.loads(done.stdout)
    assert before == []
    expensive = {
        "pydantic",
        "rich",
        "yaml",
        "aiofiles",
        "importlib.metadata",
        "difflib",
        "tempfile",
        "hashlib",
    }
    assert expensive & set(loaded) == set()


def test_every_exported_name_is_there() -> None:
    for name in pycode.tools.__all__:
        assert getattr(pycode.tools, name).__name__ == name
