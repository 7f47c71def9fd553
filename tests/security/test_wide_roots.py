"""Working in `/` or above the home directory: reading is free there, writing asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pycode.permissions.decide import decide
from pycode.permissions.request import Context, Request


@pytest.mark.parametrize(
    ("root", "home", "action"),
    [
        ("/", "/home/u", "ask"),
        ("/home", "/home/u", "ask"),
        ("/home/u", "/home/u", "allow"),
        ("/home/u/project", "/home/u", "allow"),
        ("/srv/project", "/home/u", "allow"),
    ],
)
def test_writing_asks_where_the_root_is_no_project(root: str, home: str, action: str) -> None:
    context = Context(Path(root), Path(root), Path(home))
    path = f"{root.rstrip('/')}/etc/x"
    assert decide(Request("edit", [path], [path]), context).action == action
    assert decide(Request("read", [path], [path], read_only=True), context).action == "allow"
