"""`pycode completion`: the script that makes a shell complete PyCode's commands, options and session ids."""

from __future__ import annotations

import os

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    shell_complete,
)

PROGRAM = "pycode"
_VARIABLE = "_PYCODE_COMPLETE"
"""What the shells' scripts set when they ask: the shell's name and what is wanted, for example `zsh_complete`."""
_WORDS = "_PYCODE_WORDS"
"""The words before the cursor and the one at it, a line each; only PowerShell's script sets it."""

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { if ($_.Value -is [string]) { $_.Value } else { $_.Extent.Text } })
    $env:_PYCODE_WORDS = ($words + @($wordToComplete)) -join "`n"
    try {
        & %(prog_name)s completion powershell --answer | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    } finally {
        Remove-Item Env:_PYCODE_WORDS -ErrorAction SilentlyContinue
    }
}
"""
_HINTS = {
    "bash": 'eval "$(pycode completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(pycode completion zsh)"   in ~/.zshrc, after compinit',
    "fish": "pycode completion fish > ~/.config/fish/completions/pycode.fish",
    "powershell": "pycode completion powershell | Out-String | Invoke-Expression   in $PROFILE",
}


class PowerShellComplete(ShellComplete):
    """Completion for Windows PowerShell and PowerShell 7; click has none."""

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is completed, and that one."""
        words = os.environ.get(_WORDS, "").split("\n")
        return words[1:-1], words[-1]

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return one line of the answer: what is typed, and what it means."""
        return f"{item.value}\t{' '.join((item.help or '').split())}"

    def complete(self) -> str:
        """Return the answer; without one PowerShell completes files by itself."""
        arguments, incomplete = self.get_completion_args()
        items = self.get_completions(arguments, incomplete)
        return "\n".join(self.format_completion(item) for item in items if item.type == "plain")


class PlainBashComplete(BashComplete):
    """Completion for bash that does not start the first `bash` on `PATH` to ask for its version, as click's own does."""

    def source(self) -> str:
        """Return the script."""
        return ShellComplete.source(self)


class WholeFishComplete(FishComplete):
    """Completion for fish whose explanations do not end at their first comma, as those of click's own script do."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split --max 1 ","'
    )


_SHELLS: dict[str, type[ShellComplete]] = {
    "bash": PlainBashComplete,
    "zsh": ZshComplete,
    "fish": WholeFishComplete,
    "powershell": PowerShellComplete,
}


def answer(asked: str) -> int:
    """Tell a shell how the words that it has in the environment can go on, and return the exit code.

    Args:
        asked: What its script set.
    """
    from pycode.cli.group import pycode

    return shell_complete(pycode, {}, PROGRAM, _VARIABLE, asked)


@click.command("completion", epilog="\b\n" + "\n".join(_HINTS.values()))
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.option("--answer", is_flag=True, hidden=True)
def command(shell: str, answer: bool) -> None:
    """Write the script that makes SHELL complete commands, options and session ids with Tab."""
    from pycode.cli.group import pycode

    made = _SHELLS[shell](pycode, {}, PROGRAM, _VARIABLE)
    text = made.complete() if answer else made.source()
    if text:
        click.echo(text)
