"""What a small model may do in a step: it looks before it changes, and does not stop while there is something to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pycode.providers.compact import Action, Compact, is_test_file, named_commands, named_files
from pycode.providers.compact_grammar import Scope, grammar
from pycode.providers.compact_places import places
from pycode.providers.compact_text import Conversation

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
    texts = _changeable(said)
    scope = Scope(
        files=known,
        unread=[path for path in known if path not in said.fresh],
        texts=texts,
        whole=_whole(texts, compact, fixes=said.fixes),
        wanted=[path for path in named_files(said.request) if path not in known],
    )
    commands = _first_commands(said, facts)
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


def _first_commands(said: Conversation, facts: str) -> list[str]:
    """Return the commands that show what is to be fixed, where none has run yet."""
    if not said.fixes or said.ran is not None:
        return []
    first = facts.partition("\n")[0]
    tests = [first.removeprefix(TESTS)] if first.startswith(TESTS) else []
    return named_commands(said.request) or tests


def _changeable(said: Conversation) -> dict[str, list[str]]:
    """Return the files that may be changed: those that were read, without tests when code is to be fixed."""
    return {
        path: lines for path, lines in said.texts.items() if not (said.fixes and is_test_file(path))
    }


def _whole(texts: Mapping[str, list[str]], compact: Compact, *, fixes: bool) -> frozenset[str]:
    """Return the short files that are written anew as a whole: all but code that is to be fixed, where one function is enough."""
    return frozenset(
        path
        for path, lines in texts.items()
        if sum(map(len, lines)) <= compact.whole_file and not (fixes and places(path, lines))
    )
