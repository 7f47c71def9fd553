"""What comes next in a turn, where that is plain: it is done without asking the model, which plans badly and takes long for it.

The files that a request names are read, what it says fails is run, the one file that has to change is changed, tests run behind
that, and then the model says what was done. Where the request leaves it open, the model chooses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pycode.providers.compact import Action, Compact, asks_for_tests, is_test_file
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_fault import failing_tests, faults_in, imported_files, traced_files
from pycode.providers.compact_request import (
    asks_for_change,
    asks_for_rename,
    defining_file,
    files_spoken_of,
    names_in,
    new_file_of,
    target_of,
)
from pycode.providers.compact_scope import changeable, first_commands, is_short, test_command

_MOST_READ = 3
_MOST_SEARCHED = 2
_MOST_REPAIRS = 3
_MOST_TRIES = 4
_PROGRAMS = (".py", ".js", ".ts", ".sh")


@dataclass(frozen=True, slots=True)
class Move:
    """What comes next."""

    action: Action | None = None
    """The action, None for the answer."""
    value: Mapping[str, str] = field(default_factory=dict)
    """Its fields."""


def planned(
    compact: Compact,
    said: Conversation,
    actions: Sequence[Action],
    files: Sequence[str],
    facts: str,
) -> Move | None:
    """Return what comes next, None where the model has to choose.

    Args:
        compact: The profile.
        said: The conversation so far.
        actions: The actions that there are.
        files: The project's files.
        facts: What is told of the project beside them.
    """
    plan = _Plan(compact, said, {action.name: action for action in actions}, files, facts)
    rules = [plan.run_first, plan.fix]
    if not said.reminded and said.tries < _MOST_TRIES:
        rules += [plan.look, plan.change, plan.run_after, plan.repair, plan.finish]
    for rule in rules:
        move = rule()
        if move is not None:
            return move
    return None


@dataclass(frozen=True, slots=True)
class _Plan:
    compact: Compact
    said: Conversation
    actions: Mapping[str, Action]
    files: Sequence[str]
    facts: str

    def run_first(self) -> Move | None:
        """Run what is said to fail, where it is one command."""
        commands = first_commands(self.said, self.facts)
        return self._move("run", command=commands[0]) if len(commands) == 1 else None

    def fix(self) -> Move | None:
        """Change what the failing command points to; every so often the model chooses, since the fault may lie elsewhere."""
        said = self.said
        if not said.fixes or said.failed is None or said.ran is None or said.tries % 4 == 3:
            return None
        output = said.ran[1]
        traced = traced_files(output, self.files)
        tests = {
            path: said.texts[path] for path in traced if is_test_file(path) and path in said.texts
        }
        tested = [name for lines in tests.values() for name in imported_files(lines, self.files)]
        for path in [*traced[:_MOST_READ], *tested[:_MOST_READ]]:
            move = self._move("read", path=path) if path not in said.texts else None
            if move is not None:
                return move
        faults = faults_in(f"{output}\n{failing_tests(output, tests)}", changeable(said))
        if not faults:
            return None
        fault = faults[said.tries % len(faults)]
        if fault.place is not None:
            return self._move("edit", path=fault.path, old=fault.place.name)
        short = is_short(said.texts[fault.path], self.compact)
        return self._move("edit", path=fault.path) if short else None

    def look(self) -> Move | None:
        """Read what the request names; where it names no file, search the names that it speaks of and read where they are defined."""
        said = self.said
        if said.changes:
            return None
        named = [path for path in files_spoken_of(said.request, self.files) if self._is_read(path)]
        for path in named[:_MOST_READ]:
            move = self._move("read", path=path)
            if move is not None:
                return move
        if named or said.failed is not None or not asks_for_change(said.request):
            return None
        for name in names_in(said.request)[:_MOST_SEARCHED]:
            move = self._move("search", text=name)
            if move is not None:
                return move
            defines = defining_file(name, said.found.get(name, {}))
            if defines is not None:
                return None if asks_for_rename(said.request) else self._move("read", path=defines)
        return None

    def change(self) -> Move | None:
        """Change the one file that has to change, or write the one that is wanted, once."""
        said = self.said
        if said.changes or said.failed is not None:
            return None
        new = new_file_of(said.request, self.files)
        if new is not None and asks_for_change(said.request):
            return self._look_around() or self._move("write", path=new)
        path = self._target()
        if path is None or path not in said.texts or not is_short(said.texts[path], self.compact):
            return None
        return self._move("edit", path=path)

    def run_after(self) -> Move | None:
        """Run the tests behind a change of a program."""
        said = self.said
        if not said.changes or said.checked or not any(p.endswith(_PROGRAMS) for p in said.changes):
            return None
        tests = [path for path in said.changes if is_test_file(path)]
        command = test_command(self.facts, tests[0] if tests else None, said.texts)
        return self._move("run", command=command, again=True) if command else None

    def repair(self) -> Move | None:
        """Change tests that were written and fail: what they test is as it should be."""
        said = self.said
        if said.failed is None or not asks_for_tests(said.request):
            return None
        path = next((path for path in said.changes if is_test_file(path)), None)
        if path is None or said.changes[path] >= _MOST_REPAIRS:
            return None
        output = said.ran[1] if said.ran is not None else ""
        places = [
            fault.place for fault in faults_in(output, {path: said.texts[path]}) if fault.place
        ]
        if places:
            return self._move("edit", path=path, old=places[0].name)
        return self._move("edit", path=path)

    def finish(self) -> Move | None:
        """Say what was done."""
        said = self.said
        if not said.changes or said.failed is not None:
            return None
        if said.fixes and said.checked:
            # What failed runs well.
            return Move()
        done = [new_file_of(said.request, self.files), self._target()]
        return Move() if any(path in said.changes for path in done) else None

    def _target(self) -> str | None:
        """Return the file that has to change: the one that the request tells, or the only one that its names led to."""
        said = self.said
        if files_spoken_of(said.request, self.files):
            return target_of(said.request, self.files)
        read = [path for path in said.texts if not is_test_file(path)]
        if len(read) != 1 or asks_for_rename(said.request) or not asks_for_change(said.request):
            return None
        names = names_in(said.request)[:_MOST_SEARCHED]
        led = {defining_file(name, said.found.get(name, {})) for name in names}
        return read[0] if read[0] in led else None

    def _look_around(self) -> Move | None:
        """Read programs of the project, which a new file is to fit to, where the request names none."""
        if files_spoken_of(self.said.request, self.files):
            return None
        own = [p for p in self.files if p.endswith(_PROGRAMS) and not is_test_file(p)]
        moves = (self._move("read", path=path) for path in own[:_MOST_READ])
        return next(filter(None, moves), None)

    def _is_read(self, path: str) -> bool:
        """Whether a file is read that the request names: not tests of code that is to be fixed."""
        return not (self.said.fixes and is_test_file(path))

    def _move(self, name: str, *, again: bool = False, **value: str) -> Move | None:
        """Return an action that was not tried yet, None where it was or there is none."""
        action = self.actions.get(name)
        if action is None:
            return None
        done = (action.tool, *value.values()) in self.said.attempted
        # A change is tried until it is made: the next try is another sample.
        return None if done and not again and not action.has_code else Move(action, value)
