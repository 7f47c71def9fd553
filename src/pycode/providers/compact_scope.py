"""What a small model may do in a step: it looks before it changes, and does not stop while there is something to do."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from pycode.providers.compact import Action, Compact, is_test_file, named_commands, named_files
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_grammar import Scope, grammar
from pycode.providers.compact_places import places

_READ_BEFORE_WRITING = 2
TESTS = "Tests: "
"""How the first fact begins, where it is known how a project's tests are run."""


def step_grammar(
    compact: Compact,
    said: Conversation,
    actions: Sequence[Action],
    files: Sequence[str],
    facts: str,
) -> str:
    """Return the grammar of the next step.

    Args:
        compact: The profile.
        said: The conversation so far.
        actions: The actions that there are.
        files: The project's files.
        facts: What the model is told of the project beside them.
    """
    known = list(dict.fromkeys([*files, *said.texts]))
    texts = changeable(said)
    scope = Scope(
        files=known,
        unread=[path for path in known if path not in said.fresh],
        texts=texts,
        whole=_whole(texts, compact, fixes=said.fixes and said.failed is not None),
        wanted=[path for path in named_files(said.request) if path not in known],
    )
    commands = first_commands(said, facts)
    if commands and any(action.tool == "bash" for action in actions):
        runs = [action for action in actions if action.tool == "bash"]
        return grammar(runs, Scope((), (), {}, commands=commands), answers=False)
    failing = said.fixes and said.failed is not None
    if failing and said.tries % 4 and texts:
        # A change did not help: another one, and every fourth time anything.
        changes = [action for action in actions if action.has_code and action.tool == "edit"]
        return grammar([item for item in changes if not item.inserts], scope, answers=False)
    if not said.looked and files:
        return grammar([action for action in actions if action.early], scope, answers=False)
    if len(said.texts) < min(_READ_BEFORE_WRITING, len(files)):
        # What is written without having seen the project is made up.
        actions = [action for action in actions if action.tool != "write"]
    return grammar(actions, scope, answers=not (failing and said.tries < compact.max_tries))


def first_commands(said: Conversation, facts: str) -> list[str]:
    """Return the commands that show what is to be fixed, where none has run yet.

    Args:
        said: The conversation so far.
        facts: What is told of the project.
    """
    if not said.fixes or said.ran is not None:
        return []
    first = facts.partition("\n")[0]
    tests = [first.removeprefix(TESTS)] if first.startswith(TESTS) else []
    return named_commands(said.request) or tests


def test_command(facts: str, test: str | None, texts: Mapping[str, Sequence[str]]) -> str | None:
    """Return the command that runs a project's tests, or a test that was just written; None where there are none.

    Args:
        facts: What is told of the project.
        test: The test that was written or changed, if one was.
        texts: The lines of the files that were read or made.
    """
    first = facts.partition("\n")[0]
    if test is None or not test.endswith(".py"):
        return first.removeprefix(TESTS) if first.startswith(TESTS) else None
    python = "python" if sys.platform == "win32" else "python3"
    if any("unittest" in line for line in texts.get(test, ())):
        return f"{python} -m unittest {test.removesuffix('.py').replace('/', '.')}"
    return f"{python} -m pytest -q {test}"


def is_short(lines: Sequence[str], compact: Compact) -> bool:
    """Whether a file is written anew as a whole."""
    return sum(map(len, lines)) <= compact.whole_file


def changeable(said: Conversation) -> dict[str, list[str]]:
    """Return the files that may be changed: those that were read, without tests when code is to be fixed.

    Args:
        said: The conversation so far.
    """
    return {
        path: lines for path, lines in said.texts.items() if not (said.fixes and is_test_file(path))
    }


def _whole(texts: Mapping[str, list[str]], compact: Compact, *, fixes: bool) -> frozenset[str]:
    """Return the short files that are written anew as a whole: all but code that is to be fixed, where one function is enough."""
    return frozenset(
        path
        for path, lines in texts.items()
        if is_short(lines, compact) and not (fixes and places(path, lines))
    )
