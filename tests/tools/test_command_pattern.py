"""What "always" allows."""

from __future__ import annotations

import pytest

from pycode.tools.command_pattern import command_pattern


@pytest.mark.parametrize(
    ("command", "pattern"),
    [
        ("ls -la src", "ls *"),
        ("git status", "git status *"),
        ("git commit -m 'a message'", "git commit *"),
        ("pytest --cov=x", "pytest *"),
        ("npm install", "npm install *"),
        # What would allow more than it seems to is only allowed as it is.
        ("git", "git"),
        ("git -c core.pager=x log", "git -c core.pager=x log"),
        ("npm run build", "npm run build"),
        ("docker exec x sh", "docker exec x sh"),
        ("python -c 1", "python -c 1"),
        ("sudo ls", "sudo ls"),
        ("find . -delete", "find . -delete"),
        ("./run.sh a", "./run.sh a"),
        ("A=1 ls", "A=1 ls"),
        ("ls; rm x", "ls; rm x"),
        ("ls > out", "ls > out"),
        ("ls\nrm x", "ls\nrm x"),
        ("ls $(x)", "ls $(x)"),
        ("'ls' x", "'ls' x"),
        ("", ""),
    ],
)
def test_as_little_as_is_of_use(command: str, pattern: str) -> None:
    assert command_pattern(command) == pattern
