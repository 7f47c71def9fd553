"""What the answer "always" to a command allows: as little as is still of use."""

from __future__ import annotations

_WITH_SUBCOMMANDS = frozenset("""
    apt brew bun cargo composer conda deno docker dotnet gem gh git go gradle hg helm jj just kubectl make mvn nox npm pdm
    pip pip3 pipx pnpm podman poetry rustup svn systemctl terraform tox uv yarn
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""Programs whose second word says what they do; `git *` would allow too much."""

_RUN_ANYTHING = frozenset("""
    awk bash busybox bunx csh dash dd doas env eval exec fd find fish ksh nice node nohup npx parallel perl php pipx
    powershell pwsh python python3 rsync ruby sed sh source ssh su sudo tar tclsh tee time timeout uvx watch xargs zsh
    """.split())  # noqa: SIM905
"""Programs that run or write whatever they are given."""

_RUNNING_SUBCOMMANDS = frozenset({"dlx", "eval", "exec", "run", "shell", "x"})

_SHELL_CHARACTERS = frozenset("\n\r;&|<>`$(){}*?[]!#~\\")


def command_pattern(command: str) -> str:
    """Return the rule pattern for "always" to this command.

    It is the program, with its subcommand where it has some, and any arguments. Where that would allow more than it seems to,
    it is the command itself.

    Args:
        command: The command line.
    """
    words = command.split()
    if not words or not _SHELL_CHARACTERS.isdisjoint(command):
        return command
    program = words[0]
    if not _is_plain(program) or program in _RUN_ANYTHING:
        return command
    if program not in _WITH_SUBCOMMANDS:
        return f"{program} *"
    if len(words) == 1 or not _is_plain(words[1]) or words[1] in _RUNNING_SUBCOMMANDS:
        return command
    return f"{program} {words[1]} *"


def _is_plain(word: str) -> bool:
    """Return whether a word is a bare name: no path, assignment, quote or option."""
    return word[0].isalnum() and word.isascii() and word.replace("-", "").replace("_", "").isalnum()
