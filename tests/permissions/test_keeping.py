"""Which answers are kept, and which hold only for the call."""

from __future__ import annotations

import pytest

from pycode.permissions.keeping import why_not_kept
from pycode.permissions.rules import Rule


def kept(permission: str, pattern: str) -> bool:
    return why_not_kept(Rule(permission, pattern, "allow", "answer")) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "npm test *",
        "ls *",
        "make",
        "make *",
        "git status *",
        "git status",
        "git push origin main",
        "python -m pytest tests",
        "cargo build 2>&1 | tail -5",
        "rm -r build && make",
        "sed -n 1,5p notes.txt",
        "echo env-file",
        "cat time.txt",
        "npm run start",
        "npm run build -- --script x",
        "docker ps *",
        "npm install",
    ],
)
def test_plain_commands_are_kept(pattern: str) -> None:
    assert kept("bash", pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "* status",
        "g*",
        "env *",
        "env FOO=1 ls",
        "sudo ls",
        "/usr/bin/sudo ls",
        "bash -c 'ls'",
        "sh script.sh",
        "xargs rm",
        "find . -exec rm {} +",
        "rg --pre ./x y",
        "eval ls",
        "timeout 5 ls",
        "nohup make",
        "ssh host ls",
        "cd x && sudo make install",
        "ls | xargs rm",
        "ls; env x",
        "echo $(sudo id)",
        "echo `env`",
        "echo 'a' \"sudo b\"",
        "PATH=. make",
        "npx tsc",
        "python *",
        "node *",
        "perl *",
        "awk *",
        "tee *",
        "git *",
        "git",
        "git st",
        "git st *",
        "git -c core.pager=id log",
        "git -C /other status",
        "ls && git evil",
        "SUDO ls",
        "make && npx tsc",
        "npm exec x",
        "docker run x",
        "kubectl exec p -- ls",
        "poetry run *",
        "x; start ls",
        "psql *",
        "",
        " ",
    ],
)
def test_what_runs_other_programs_is_not(pattern: str) -> None:
    assert not kept("bash", pattern)


def test_other_permissions() -> None:
    assert kept("external_directory", "/etc/sudo")
    assert kept("webfetch", "*")
    assert not kept("*", "*")
    assert not kept("doom_loop", "bash")
