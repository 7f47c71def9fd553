"""The `apply_patch` tool in a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import ApplyPatchTool, ToolContext, ToolResult

Apply = Callable[[str], Any]
MOVE = "*** Update File: a\n*** Move to: b\n"


@pytest.fixture
def apply(work: Path, session: Any) -> Apply:
    """Apply sections of a patch in the session."""
    context = ToolContext("ses_1", "msg_1", "build", str(work), session)

    async def run(sections: str) -> ToolResult:
        text = f"*** Begin Patch\n{sections}*** End Patch\n"
        return await ApplyPatchTool().execute({"patch": text}, context)

    return run


async def test_a_patch_over_several_files(
    apply: Apply, session: Any, work: Path, sha256: Callable[[bytes], str]
) -> None:
    (work / "a").write_text("one\n")
    (work / "gone").write_text("x\ny\n")
    result = await apply(
        "*** Update File: a\n@@\n-one\n+1\n*** Delete File: gone\n*** Add File: d/n\n+new\n"
    )
    assert result.error is None
    assert result.title == "apply_patch 3 files (+2 -3)"
    assert result.output == "M a (+1 -1)\nD gone (+0 -2)\nA d/n (+1 -0)"
    assert [fact["kind"] for fact in result.metadata["files"]] == ["M", "D", "A"]
    assert "--- a\n+++ a\n@@ -1 +1 @@\n-one\n+1" in result.metadata["diff"]
    assert session.edited == [str(work / name) for name in ("a", "gone", "d/n")]
    assert session.hashes == {
        str(work / "a"): sha256(b"1\n"),
        str(work / "gone"): None,
        str(work / "d/n"): sha256(b"new\n"),
    }


@pytest.mark.parametrize("sections", ["*** Add File: b\n+new\n", MOVE])
async def test_a_file_that_was_not_seen_is_not_replaced(
    apply: Apply, work: Path, sections: str
) -> None:
    (work / "a").write_text("one\n")
    (work / "b").write_text("unseen\n")
    (work / "c").write_text("c\n")
    sections = "*** Update File: c\n@@\n-c\n+C\n" + sections
    refusal = await apply(sections)
    assert (refusal.error or "").startswith(
        "Nothing was changed: b exists with content that this session"
    )
    assert refusal.output == "b, 1 lines:\n1\tunseen"
    assert [(work / name).read_text() for name in "abc"] == ["one\n", "unseen\n", "c\n"]
    # The refusal showed it: the next try is made knowingly.
    assert (await apply(sections)).error is None
    assert (work / "b").read_text() in ("new\n", "one\n")
    assert (work / "c").read_text() == "C\n"


async def test_a_file_that_changed_is_only_changed_by_an_exact_match(
    apply: Apply, session: Any, work: Path, sha256: Callable[[bytes], str]
) -> None:
    (work / "a").write_text("one  \ntwo\n")
    session.mark_seen(str(work / "a"), sha256(b"before\n"))
    loose = await apply("*** Update File: a\n@@\n-one\n+1\n")
    assert (loose.error or "").startswith(
        "Nothing was changed: a: it changed since you last saw it."
    )
    exact = await apply("*** Update File: a\n@@\n-two\n+2\n")
    assert exact.output == "M a (+1 -1) The file had changed since you last saw it; read it again."
    # Its own change counts as seen.
    assert "did not match exactly" in (await apply("*** Update File: a\n@@\n-one\n+1\n")).output


async def test_a_refusal_shows_the_lines_and_changes_nothing(apply: Apply, work: Path) -> None:
    (work / "a").write_text("alpha\nbeta gamma\n")
    result = await apply("*** Add File: n\n+x\n*** Update File: a\n@@\n-beta gama\n+x\n")
    assert (result.error or "").startswith(
        "Nothing was changed: a: the hunk's old text is not in the file."
    )
    assert result.output == "2\tbeta gamma"
    assert [path.name for path in work.iterdir()] == ["a"]


def test_it_can_be_offered_in_place_of_edit() -> None:
    assert ApplyPatchTool().deferred
    assert not ApplyPatchTool(deferred=False).deferred


def test_it_asks_for_every_path(context: ToolContext, work: Path) -> None:
    text = f"*** Begin Patch\n{MOVE}*** Delete File: ../c\n*** Add File: ~/d\n*** End Patch\n"
    request = ApplyPatchTool().permission_request({"patch": text}, context)
    assert request.permission == "edit"
    assert request.paths == ["a", "b", "../c", "~/d"]
    assert request.patterns[:3] == [str(work / "a"), str(work / "b"), str(work.parent / "c")]
    assert ApplyPatchTool().permission_request({"patch": "?"}, context).patterns == [str(work)]


async def test_it_reaches_only_what_was_judged(work: Path) -> None:
    judged = frozenset([str(work / "a")])
    context = ToolContext("ses_1", "msg_1", "build", str(work), judged=judged)
    text = "*** Begin Patch\n*** Add File: a\n+x\n*** Add File: b\n+x\n*** End Patch\n"
    result = await ApplyPatchTool().execute({"patch": text}, context)
    assert "leads elsewhere than when it was decided about" in (result.error or "")
    assert list(work.iterdir()) == []
