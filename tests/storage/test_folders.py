"""Names, private folders, and the sentences for what the system refuses."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pycode.core.errors import StorageError
from pycode.storage.folders import (
    check_name,
    explain,
    find_folder,
    make_folder,
    read_file,
    remove_folder,
    write_file,
)

StartPython = Callable[..., "subprocess.Popen[str]"]


@pytest.mark.parametrize("name", ["a", ".hidden", "x y", "größe", "a.b", "console", "com10", "-"])
def test_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "/", "/etc", "C:", "a\0", "a\n", "a.", "a ", "...", "CON", "nul.txt",
     "Com1", "LPT¹", "com1 .x", "a*", "\ud800", "x" * 201, "ß" * 101],
)  # fmt: skip
def test_what_is_no_name_everywhere(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a name in the storage"):
        check_name(name)


def test_folders_are_private(tmp_path: Path) -> None:
    root = tmp_path / "home" / "storage"
    assert find_folder(root, "a") is None
    assert make_folder(root, "a", "b") == make_folder(root, "a", "b") == root / "a" / "b"
    assert find_folder(root, "a", "b") == root / "a" / "b"
    for folder in (root.parent, root, root / "a", root / "a" / "b"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_no_link_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    for function in (make_folder, find_folder):
        with pytest.raises(StorageError, match="is a link"):
            function(tmp_path / "root", "link", "a")
    assert list((tmp_path / "outside").iterdir()) == []


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "disk")
    make_folder(tmp_path / "root", "a")
    assert (tmp_path / "disk" / "a").is_dir()


def test_files_are_private_and_no_links(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"one")
    write_file(path, b"two", sync=True)
    assert (read_file(path), path.stat().st_mode & 0o777) == (b"two", 0o600)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(StorageError, match="is a link"):
        write_file(tmp_path / "link", b"three")
    with pytest.raises(OSError, match="link"):
        read_file(tmp_path / "link")
    assert path.read_bytes() == b"two"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "link"]


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="is not a folder"):
        make_folder(tmp_path, "file", "a")
    with pytest.raises(StorageError) as caught:
        make_folder(tmp_path / "file" / "storage", "a")
    assert str(caught.value) == (
        f"cannot make the folder {tmp_path}/file/storage: Not a directory; "
        "give yourself access to it, or set PYCODE_HOME to a folder that you may write to"
    )


def test_removing_a_folder_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "other").touch()
    remove_folder(folder)
    remove_folder(folder)
    assert not folder.exists()
    folder.symlink_to(outside)
    remove_folder(folder)
    assert not folder.is_symlink()
    assert (outside / "file").exists()


def test_a_full_disk_has_another_way_out() -> None:
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(explain(error, "write", "/x/y")) == (
        "cannot write /x/y: No space left on device; "
        "free some space there, or set PYCODE_HOME to a folder on another disk"
    )


_WRITE_WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from pycode.core.errors import StorageError
from pycode.storage.sessions import DiskStore
if os.geteuid() == 0:
    os.setuid(65534)
try:
    DiskStore(Path(sys.argv[1], "storage")).create("ses_7" + "Z" * 25)
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_a_read_only_home(tmp_path: Path, start_python: StartPython) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    with start_python(_WRITE_WITHOUT_RIGHTS, str(home)) as child:
        assert child.communicate()[0] == (
            f"cannot make the folder {home}/storage: Permission denied; "
            "give yourself access to it, or set PYCODE_HOME to a folder that you may write to\n"
        )
