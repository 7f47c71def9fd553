"""`python3 dev.py demo`: PyCode fixes a failing test in a copy of the sample project, with a real model.

Where none can be used, it offers the one that runs on this machine. No script plays the model's part: the project's tests say whether
it managed. Arguments go to `pycode run`; `--yes` answers the question whether to install.
"""

# ruff: noqa: INP001 - a script beside the package, not a package

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pycode.client.choose import choose_model
from pycode.client.models import load_for
from pycode.core.errors import NotConfiguredError, PyCodeError
from pycode.system.terminal import is_terminal

SAMPLE = Path(__file__).resolve().parent.parent / "examples" / "sample_project"
PROMPT = "Fix the failing test. Run: python -m unittest"


def main(arguments: Sequence[str]) -> int:
    """Run the demo; 0 only when the tests pass afterwards."""
    with tempfile.TemporaryDirectory(prefix="pycode-demo-", ignore_cleanup_errors=True) as folder:
        project = Path(folder) / SAMPLE.name
        shutil.copytree(SAMPLE, project, ignore=shutil.ignore_patterns("__pycache__"))
        return run_demo(project, arguments)


def run_demo(project: Path, arguments: Sequence[str]) -> int:
    """Let PyCode fix the copied project, show what it changed, and run the tests again."""
    said = [word for word in arguments if word != "--yes"]
    is_named = any(word.startswith(("-m", "--model")) for word in said)
    if not is_named and needs_model(project):
        say(
            "there is no key (ANTHROPIC_API_KEY, OPENAI_API_KEY, ...) and no server runs here; this model can be installed:"
        )
        yes = ["--yes"] if "--yes" in arguments else []
        if code := run(Path.cwd(), "-m", "pycode", "models", "install", "local", *yes):
            return code
    make_repository(project)
    say(f"a project with one failing test: {project}")
    code = run(project, "-m", "pycode", "run", *said, PROMPT)
    if code in (2, 130):
        return code
    say("what changed:")
    git(project, "add", "--intent-to-add", ".")
    changes = git(project, "--no-pager", "diff", "--no-ext-diff", "--no-textconv", *_colour())
    print(changes.rstrip() or "(nothing)", flush=True)
    say("the tests:")
    if run(project, "-m", "unittest"):
        say("the tests still fail: the model did not manage")
        return 1
    say("the tests pass" if code == 0 else "the tests pass, but PyCode did not finish")
    return 0 if code == 0 else 1


def needs_model(project: Path) -> bool:
    """Return whether a model has to be installed before anything can be done."""
    try:
        config = load_for(project, os.environ)
        if config.model:
            return False
        choose_model(None, config, os.environ)
    except NotConfiguredError:
        return True
    except PyCodeError:
        # Something else is wrong, which `pycode run` is about to say.
        return False
    return False


def make_repository(project: Path) -> None:
    """Make a git repository with one commit, untouched by the user's own git settings and hooks."""
    git(project, "-c", "init.templateDir=", "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--no-verify", "--message", "A project with a failing test")


def git(project: Path, *arguments: str) -> str:
    """Run git in the project and return what it printed."""
    settings = {
        "user.name": "demo",
        "user.email": "demo@localhost",
        "commit.gpgSign": "false",
        "core.hooksPath": os.devnull,
        "core.autocrlf": "false",
        "core.fsmonitor": "false",
    }
    options = [word for item in settings.items() for word in ("-c", "=".join(item))]
    command = ["git", *options, *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"git {' '.join(arguments)} failed: {done.stderr}")
    return done.stdout


def run(directory: Path, *arguments: str) -> int:
    """Run this Python on this terminal and return its exit code."""
    # `python` in the project's commands is the one that PyCode runs on.
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
    environ = {**os.environ, "PATH": path}
    with subprocess.Popen([sys.executable, *arguments], cwd=directory, env=environ) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # The terminal sent it to the child as well; the child says what it comes to.
                continue


def say(text: str) -> None:
    """Write a line about the demo."""
    print(f"demo: {text}", file=sys.stderr, flush=True)


def _colour() -> list[str]:
    return ["--color=always"] if is_terminal(sys.stdout) else []


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
