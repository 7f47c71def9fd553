"""The command `pycode`: a group whose commands are loaded when they are called."""

from __future__ import annotations

import os
import sys

from pycode.cli.streams import fill_in_streams, flushed


def main() -> None:
    """Run the command line and end the process."""
    fill_in_streams()
    leave(_run(sys.argv[1:]))


def leave(code: int) -> None:
    """End the process at once: tearing the interpreter down costs 25 ms and writes nothing."""
    os._exit(flushed(code))


def _run(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"], ["version"]):
        from pycode import __version__

        print(f"pycode {__version__}")
        return 0
    import gc

    # Nothing that start-up makes is garbage: collecting costs 10 ms and frees nothing.
    gc.disable()
    try:
        from pycode.cli.group import run_command_line

        return run_command_line(arguments)
    except KeyboardInterrupt:
        # While modules were still loading; a command that runs takes care of Ctrl-C itself.
        return 130


if __name__ == "__main__":
    main()
