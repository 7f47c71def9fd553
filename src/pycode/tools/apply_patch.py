"""The `apply_patch` tool: a patch over several files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.core.errors import EditError
from pycode.system.files import decode, is_binary
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.changes import Changed, note, was_seen
from pycode.tools.finishing import finish
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import locked, request, request_all, sentence, shown, target

if TYPE_CHECKING:
    from pycode.tools.patch_commit import FileChange
    from pycode.tools.patch_text import FilePatch
    from pycode.workspace.formatters import Formatter


@dataclass(slots=True, eq=False, repr=False)
class ApplyPatchParameters(Data):
    """What `apply_patch` takes."""

    patch: str = field(metadata={"doc": "The whole patch"})
    """The patch."""


class ApplyPatchTool(BuiltinTool[ApplyPatchParameters]):
    """Applies a patch.

    Args:
        formatters: The project's formatters, run on the changed files afterwards.
        deferred: Whether it stays behind `more_tools`; not for models that were trained on it, which get it in place of `edit`.
    """

    name = "apply_patch"
    parameters_type = ApplyPatchParameters
    permission = "edit"
    aliases = {  # noqa: RUF012 - never changed
        "input": "patch",
        "patch_text": "patch",
        "diff": "patch",
    }
    bounds = "files of 10 MB"

    def __init__(self, formatters: Sequence[Formatter] = (), *, deferred: bool = True) -> None:
        self._formatters = formatters
        self._deferred = deferred

    @property
    def deferred(self) -> bool:
        """Whether the model finds it with `more_tools`."""
        return self._deferred

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return every file that the patch touches."""
        try:
            sections = _parsed(parameters["patch"])
        except EditError:  # execute refuses it with a sentence
            return request("edit", None, context)
        names = dict.fromkeys(name for section in sections for name in section.paths)
        return request_all("edit", list(names), context)

    async def run(self, parameters: ApplyPatchParameters, context: ToolContext) -> ToolResult:
        """Apply it."""
        try:
            changes = _applied(_parsed(parameters.patch), context)
        except EditError as error:
            first, _, rest = str(error).partition("\n")
            return _failed(f"Nothing was changed: {first}", rest)
        except OSError as error:
            return _failed(f"Nothing was changed: {sentence(error, _name(error, context))}")
        if isinstance(changes, ToolResult):
            return changes
        changed = [_changed(change, context) for change in changes]
        notes = await finish(
            [file for file in changed if file is not None], context, self._formatters
        )
        return _done(changes, changed, notes, context)


def _parsed(text: str) -> list[FilePatch]:
    from pycode.tools.patch_text import parse_patch

    return parse_patch(text)


def _applied(sections: list[FilePatch], context: ToolContext) -> list[FileChange] | ToolResult:
    """Apply a patch; what the session may not replace unseen is a result."""
    from pycode.tools.patch import Plan
    from pycode.tools.patch_commit import commit

    def locate(name: str) -> Path:
        return target(name, context)

    def is_stale(path: Path, data: bytes) -> bool:
        return was_seen(path, data, context) is False

    with ExitStack() as locks:
        # In one order everywhere, so that two patches never wait for each other.
        for path in sorted(set(_paths(sections, context))):
            locks.enter_context(locked(path))
        plan = Plan(locate, Path(context.working_directory), is_stale)
        plan.add(sections)
        for change in plan.changes:
            refusal = _guarded(change, context)
            if refusal is not None:
                return refusal
        commit(plan.changes)
        for change in plan.changes:
            note(change.path, change.after, context)
    return plan.changes


def _paths(sections: list[FilePatch], context: ToolContext) -> list[Path]:
    try:
        return [target(name, context) for section in sections for name in section.paths]
    except ValueError as error:
        raise EditError(f"{error}.") from error


def _guarded(change: FileChange, context: ToolContext) -> ToolResult | None:
    from pycode.tools.write import guard

    if not change.replaced or change.before is None:
        return None
    refusal = guard(change.path, change.before, shown(change.path, context), context)
    return None if refusal is None else _failed(f"Nothing was changed: {refusal[0]}", refusal[1])


def _changed(change: FileChange, context: ToolContext) -> Changed | None:
    """Return a change of text; None for one of a binary file."""
    before, after = (
        None if data is None else decode(data).text for data in (change.before, change.after)
    )
    if is_binary(change.before or b"") or is_binary(change.after or b""):
        return None
    return Changed(change.path, shown(change.path, context), before, after)


def _done(
    changes: list[FileChange],
    changed: list[Changed | None],
    notes: list[str],
    context: ToolContext,
) -> ToolResult:
    facts: list[dict[str, Any]] = []
    lines: list[str] = []
    for change, file in zip(changes, changed, strict=True):
        name = shown(change.path, context)
        kind = "D" if change.after is None else "A" if change.before is None else "M"
        fact = {"path": str(change.path), "diff": "", "additions": 0, "deletions": 0}
        fact |= {} if file is None else file.facts()
        facts.append(fact | {"kind": kind})
        counts = f"(+{fact['additions']} -{fact['deletions']})"
        lines.append(" ".join([f"{kind} {name} {counts}", *change.notes]))
    additions = sum(fact["additions"] for fact in facts)
    deletions = sum(fact["deletions"] for fact in facts)
    counts = f"(+{additions} -{deletions})"
    count = f"{len(changes)} files" if len(changes) > 1 else shown(changes[0].path, context)
    metadata = {
        "files": facts,
        "diff": "\n".join(fact["diff"] for fact in facts if fact["diff"]),
        "additions": additions,
        "deletions": deletions,
    }
    return ToolResult(f"apply_patch {count} {counts}", "\n".join([*lines, *notes]), metadata)


def _name(error: OSError, context: ToolContext) -> str:
    return shown(Path(os.fsdecode(error.filename)), context) if error.filename else "the patch"


def _failed(error: str, output: str = "") -> ToolResult:
    return ToolResult("apply_patch", output, error=error)
