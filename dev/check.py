"""`python3 dev.py check`: formatting, lint, types, layers and reference pages; every check, also after one has failed."""

# ruff: noqa: INP001 - a script beside the package, not a package

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ["src", "tests", "examples", "benchmarks", "evals", "dev", "dev.py"]


def main(arguments: list[str]) -> int:
    """Run the checks; 1 when one has failed."""
    if arguments:
        print("check takes no arguments", file=sys.stderr)
        return 2
    suffix = ".exe" if sys.platform == "win32" else ""
    checks = {
        "black": [sys.executable, "-m", "black", "--check", *CODE],
        "ruff": [sys.executable, "-m", "ruff", "check", "--quiet", *CODE],
        "mypy": [sys.executable, "-m", "mypy"],
        "mypy dev.py": [sys.executable, "-m", "mypy", "dev.py", "dev/demo.py", "dev/check.py"],
        "lint-imports": [str(Path(sys.executable).with_name(f"lint-imports{suffix}"))],
        "reference pages": [sys.executable, "dev/reference.py", "--check"],
    }
    return max([_passes(name, command) for name, command in checks.items()])


def _passes(name: str, command: list[str]) -> int:
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    print(f"{name}: {'failed' if done.returncode else 'ok'}", file=sys.stderr, flush=True)
    if done.returncode == 0:
        return 0
    print(done.stdout.rstrip(), flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
