"""Where PyCode's own folder is."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from pycode.config.home import Home
from pycode.core.errors import ConfigError, StorageError

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX names and modes")


@posix
def test_the_folder_lies_in_the_home_directory() -> None:
    home = Home.default({"HOME": "/home/ada"})
    assert home.root == Path("/home/ada/.pycode")
    assert home.config_file == home.root / "config.yaml"
    assert home.storage == home.root / "storage"
    assert home.logs == home.root / "logs"
    assert home.credentials == home.root / "credentials"
    assert home.trust == home.root / "trust.json"


def test_pycode_home_moves_it(tmp_path: Path) -> None:
    home = Home.default({"PYCODE_HOME": str(tmp_path / "x" / ".." / "own"), "HOME": "/home/ada"})
    assert home.root == tmp_path / "own"


@posix
@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        (
            {},
            (
                "HOME is not set, so PyCode's folder has no place; set it to your home directory, "
                "or set PYCODE_HOME to a folder for PyCode"
            ),
        ),
        (
            {"HOME": "ada"},
            (
                "HOME is 'ada', which is not an absolute path, so PyCode's folder has no place; set it to your home "
                "directory, or set PYCODE_HOME to a folder for PyCode"
            ),
        ),
        (
            {"PYCODE_HOME": "own"},
            "PYCODE_HOME is 'own', which is not an absolute path; set it to a folder's whole path",
        ),
    ],
)
def test_no_place(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Home.default(environ)
    assert str(caught.value) == sentence


def test_default_makes_nothing(tmp_path: Path) -> None:
    Home.default({"PYCODE_HOME": str(tmp_path / "own")})
    assert os.listdir(tmp_path) == []


@posix
def test_ensure_makes_a_private_folder(tmp_path: Path) -> None:
    home = Home(tmp_path / "a" / "own")
    assert home.ensure() == home.root
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700


@posix
def test_ensure_leaves_a_folder_that_is_there(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Home(tmp_path).ensure()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("name", "reason"), [("file", "it is not a folder"), ("file/own", "Not a directory")]
)
def test_ensure_says_what_is_in_the_way(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as caught:
        Home(tmp_path / name).ensure()
    assert str(caught.value) == (
        f"cannot make the folder {tmp_path / name} ({reason}); "
        f"set PYCODE_HOME to a folder that you can write to"
    )
