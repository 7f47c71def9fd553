"""The command `pycode`: a group whose commands are loaded when they are called."""

from __future__ import annotations

import io
import os
import sys


def main() -> None:
    """Run the command line and end the process."""
    _fill_in_streams()
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"], ["version"]):
        from pycode import __version__

        print(f"pycode {__version__}")
        return
    import gc

    # Nothing that start-up makes is garbage: collecting costs 10 ms and frees nothing.
    gc.disable()
    try:
        from pycode.cli.group import run_command_line

        code = run_command_line(arguments)
    except KeyboardInterrupt:
        # While modules were still loading; a command that runs takes care of Ctrl-C itself.
        code = 130
    leave(code)


def leave(code: int) -> None:
    """End the process at once: tearing the interpreter down costs 25 ms and writes nothing."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            # The reader is gone; what it did not read is nobody's any more.
            continue
    os._exit(code)


def _fill_in_streams() -> None:
    """Make stdin, stdout and stderr usable, whatever the caller's shell has closed and whatever its encoding cannot say.

    Python has None for a stream that was closed, and the next file opened, a session's log perhaps, would get its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for good
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
