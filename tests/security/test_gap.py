"""Between the decision and the use of a file nothing can be put in its place."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.system import files, spawn
from pycode.tools import Tool, ToolContext, ToolResult, default_registry
from pycode.tools.targets import real_paths

if sys.platform == "win32":
    pytest.skip("Windows has no directory descriptors", allow_module_level=True)


class Place:
    """A project with a victim outside, and calls whose world changes after they were decided about."""

    def __init__(self, base: Path) -> None:
        self.root, self.outside = base / "project", base / "outside"
        for folder in (self.root / "folder", self.outside / "folder"):
            folder.mkdir(parents=True)
        for name in ("file.txt", "folder/file.txt"):
            (self.root / name).write_text("inside\n", encoding="utf-8")
            (self.outside / name).write_text("outside\n", encoding="utf-8")
        self.context = ToolContext("ses", "msg", "build", str(self.root))

    async def call(self, name: str, swap: Callable[[], object], **arguments: Any) -> ToolResult:
        """Decide about a call, change the world, and run it."""
        tool: Tool | None = default_registry().get(name)
        assert tool is not None
        self.context.judged = None
        request = tool.permission_request(arguments, self.context)
        real = real_paths(request, self.context)
        self.context.judged = frozenset((os.path.realpath(self.root), *real))
        swap()
        return await tool.execute(arguments, self.context)

    def file_to_link(self) -> None:
        (self.root / "file.txt").unlink()
        (self.root / "file.txt").symlink_to(self.outside / "file.txt")

    def folder_to_link(self) -> None:
        (self.root / "folder").rename(self.root / "away")
        (self.root / "folder").symlink_to(self.outside / "folder")

    def untouched(self) -> bool:
        """Whether everything outside is as it was."""
        names = sorted(str(path.relative_to(self.outside)) for path in self.outside.rglob("*"))
        return names == ["file.txt", "folder", "folder/file.txt"] and all(
            (self.outside / name).read_text(encoding="utf-8") == "outside\n"
            for name in ("file.txt", "folder/file.txt")
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Path(os.path.realpath(tmp_path)))


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("read", {"file_path": "{}"}),
    ("write", {"file_path": "{}", "content": "evil"}),
    ("edit", {"file_path": "{}", "old_string": "outside", "new_string": "evil"}),
    ("grep", {"pattern": "side", "path": "{}"}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=[name for name, _ in CALLS])
@pytest.mark.parametrize("where", ["file.txt", "folder/file.txt"])
async def test_a_link_swapped_in_is_refused(
    place: Place, name: str, arguments: dict[str, Any], where: str
) -> None:
    given = {key: value.format(where) for key, value in arguments.items()}
    swap = place.file_to_link if where == "file.txt" else place.folder_to_link
    result = await place.call(name, swap, **given)
    assert result.error is not None
    assert "leads elsewhere" in result.error
    assert "outside" not in result.output
    assert place.untouched()


async def test_a_new_file_does_not_go_through_a_new_link(place: Place) -> None:
    result = await place.call(
        "write", place.folder_to_link, file_path="folder/new.txt", content="x"
    )
    assert result.error is not None
    deeper = await place.call("write", lambda: None, file_path="folder/a/b/new.txt", content="x")
    # Now the decision itself is about the place outside.
    assert deeper.error is None
    assert (place.outside / "folder/a/b/new.txt").exists()


async def test_without_a_swap_the_call_runs(place: Place) -> None:
    assert (await place.call("read", lambda: None, file_path="file.txt")).output == "1\tinside"
    written = await place.call("write", lambda: None, file_path="a/b/c.txt", content="x")
    assert written.error is None
    assert (place.root / "a/b/c.txt").read_text(encoding="utf-8") == "x"


def test_the_last_step_follows_no_link_either(place: Place) -> None:
    # A link that comes after the tool resolved the path, when it opens, writes or makes folders.
    place.file_to_link()
    place.folder_to_link()
    for name in ("file.txt", "folder/file.txt"):
        with pytest.raises(OSError, match=r"symbolic links|Not a directory|is a link"):
            files.read_bytes(place.root / name, 100)
        with pytest.raises(OSError, match=r"symbolic links|Not a directory|is a link"):
            files.atomic_write(place.root / name, b"evil", follow=False)
    for name in ("folder", "folder/new/deep"):
        with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
            files.make_folders(place.root / name)
    assert place.untouched()


def test_folders_are_made_where_they_are_missing(place: Place) -> None:
    files.make_folders(place.root / "folder/a/b")
    files.make_folders(place.root / "folder/a/b")
    assert (place.root / "folder/a/b").is_dir()
    with pytest.raises(OSError, match="Not a directory"):
        files.make_folders(place.root / "file.txt/x")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has paths of descriptors")
async def test_a_search_begins_in_the_very_folder_that_was_opened(place: Place) -> None:
    from pycode.system.spawn import run

    with files.pinned(place.root / "folder") as directory:
        place.folder_to_link()
        done = await run(["cat", "file.txt"], cwd=directory, env=dict(os.environ), timeout=10)
    assert done.output == b"inside\n"
    with (
        pytest.raises(OSError, match=r"symbolic links|Not a directory"),
        files.pinned(place.root / "folder"),
    ):
        pass


@pytest.mark.parametrize("workdir", ["folder", None])
async def test_a_command_does_not_run_in_a_folder_that_was_swapped_in(
    place: Place, workdir: str | None
) -> None:
    if workdir is None:
        place.context.working_directory = str(place.root / "folder")
    given = {} if workdir is None else {"workdir": workdir}
    tool = default_registry().get("bash")
    assert tool is not None
    arguments = {"command": "cat file.txt; echo evil > file.txt", **given}
    request = tool.permission_request(arguments, place.context)
    judged = {os.path.realpath(place.context.working_directory)}
    place.context.judged = frozenset({*judged, *real_paths(request, place.context)})
    place.folder_to_link()
    result = await tool.execute(arguments, place.context)
    assert result.error is not None
    assert "leads elsewhere" in result.error
    assert place.untouched()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has paths of descriptors")
async def test_a_command_begins_in_the_very_folder_that_was_decided_about(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = spawn.start

    async def late(*arguments: Any, **options: Any) -> spawn.Running:
        place.folder_to_link()  # after the tool has looked, before the process begins
        return await start(*arguments, **options)

    monkeypatch.setattr(spawn, "start", late)
    command = "cat file.txt; pwd -P; echo new > made.txt"
    tool = default_registry().get("bash")
    assert tool is not None
    result = await tool.execute({"command": command, "workdir": "folder"}, place.context)
    assert result.output.splitlines() == ["inside", str(place.root / "away")]
    assert (place.root / "away" / "made.txt").exists()
    assert place.untouched()
