"""What the scripted model answers, request by request."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.project import BUG, FIX
from pycode.testing.script import Item, call, say

Session = Sequence[Sequence[Item]]

STEPS = 200
"""Tool calls of the long session: read, edit and bash in turn."""

DELTAS = 20_000
"""Pieces of the long answer."""

TOOLS = ("read", "edit", "bash")


def question() -> Session:
    """One question and its answer."""
    return [[say("It splits ", "a bill ", "among friends.")]]


def bug_fix() -> Session:
    """Six requests: read, grep, read, edit, test, answer."""
    return [
        [say("I read the test."), call("read", {"file_path": "tests/test_money.py"})],
        [call("grep", {"pattern": "def show", "path": "."})],
        [call("read", {"file_path": "ledger/money.py"})],
        [call("edit", {"file_path": "ledger/money.py", "old_string": BUG, "new_string": FIX})],
        [call("bash", {"command": "python -m unittest", "description": "Run the tests"})],
        [say("The shares now add up to the bill; the tests pass.")],
    ]


def long_work() -> Session:
    """Two hundred steps in small files, then an answer."""
    return [*([_step(number)] for number in range(STEPS)), [say("All units are changed.")]]


def long_answer() -> Session:
    """One answer in very many pieces."""
    return [[say(*(f"word{number} " for number in range(DELTAS)))]]


def _step(number: int) -> Item:
    # No call is the same as an earlier one: a repeated call would be stopped.
    unit = number // len(TOOLS)
    path = f"units/unit_{unit}.py"
    match TOOLS[number % len(TOOLS)]:
        case "read":
            return call("read", {"file_path": path})
        case "edit":
            change = {"old_string": f"VALUE = {unit}", "new_string": f"VALUE = {unit + 1000}"}
            return call("edit", {"file_path": path, **change})
        case _:
            return call("bash", {"command": f"grep -c VALUE {path}", "description": "Count"})
