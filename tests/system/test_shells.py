"""Which shell runs commands; Windows is simulated."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pycode.system.shells import Shell, choose_windows_shell, find_shell

WINDOWS = {
    "SystemRoot": r"C:\Windows",
    "ProgramFiles": r"C:\Program Files",
    "LOCALAPPDATA": r"C:\Users\u\AppData\Local",
    "Path": r"C:\Windows\System32;.;tools;D:\apps\Git\cmd;D:\ps",
}
INSTALLED = r"C:\Program Files\Git\bin\bash.exe"
ON_PATH = r"D:\apps\Git\bin\bash.exe"
PWSH = r"C:\Program Files\PowerShell\7\pwsh.exe"
PWSH_ON_PATH = r"D:\ps\pwsh.exe"
WSL = r"C:\Windows\System32\bash.exe"


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        ({INSTALLED, ON_PATH, PWSH, WSL}, (INSTALLED, "Git Bash")),
        ({ON_PATH, PWSH}, (ON_PATH, "Git Bash")),
        ({PWSH, PWSH_ON_PATH, WSL}, (PWSH, "PowerShell 7 (pwsh)")),
        ({PWSH_ON_PATH}, (PWSH_ON_PATH, "PowerShell 7 (pwsh)")),
        # The bash of Windows itself runs in another system; `.` and `tools` depend on where the command runs.
        (
            {WSL, "bash.exe", r".\pwsh.exe", r"tools\pwsh.exe"},
            (r"C:\Windows\System32\cmd.exe", "cmd"),
        ),
        (set(), (r"C:\Windows\System32\cmd.exe", "cmd")),
    ],
)
def test_the_choice_on_windows(files: set[str], chosen: tuple[str, str]) -> None:
    shell = choose_windows_shell(WINDOWS, files.__contains__)
    assert (shell.path, shell.name) == chosen


@pytest.mark.parametrize("folder", [r"E:\Git\cmd", r"E:\Git\bin", r"E:\git\mingw64\bin" + "\\"])
def test_git_is_found_by_each_of_its_folders(folder: str) -> None:
    found = {r"E:\Git\bin\bash.exe", r"E:\git\bin\bash.exe"}
    shell = choose_windows_shell({"PATH": folder}, found.__contains__)
    assert shell.name == "Git Bash"


def test_bash_reads_no_start_up_file_and_takes_no_option_from_the_command() -> None:
    how = Shell("posix", "/bin/bash", "bash").invocation("-c evil")
    assert how.argv == ["/bin/bash", "--norc", "--noprofile", "-c", "--", "-c evil"]
    assert how.environment == {}
    assert Shell("posix", "/bin/dash", "sh").invocation("x").argv == ["/bin/dash", "-c", "--", "x"]
    git_bash = Shell("posix", INSTALLED, "Git Bash").invocation("x")
    assert git_bash.argv == [INSTALLED, "--norc", "--noprofile", "-c", "--", "x"]
    assert git_bash.environment == {"PYTHONIOENCODING": "utf-8"}


def test_powershell_has_no_profile_speaks_utf8_and_passes_the_exit_code_on() -> None:
    how = Shell("powershell", PWSH, "pwsh").invocation('Write-Output "{0}" # done')
    assert how.argv[:4] == [PWSH, "-NoLogo", "-NoProfile", "-NonInteractive"]
    assert how.argv[-2] == "-Command"
    lines = how.argv[-1].splitlines()
    assert "UTF8" in lines[0]
    assert lines[1] == 'Write-Output "{0}" # done'
    assert "exit $LASTEXITCODE" in how.argv[-1]


def test_cmd_gets_the_command_as_it_is() -> None:
    shell = Shell("cmd", r"C:\Windows\System32\cmd.exe", "cmd")
    how = shell.invocation(' echo "a b" & dir %TEMP% \n')
    assert how.environment["PYCODE_COMMAND"] == 'chcp 65001>nul&echo "a b" & dir %TEMP%'
    # Nothing on the command line needs a quote, which cmd would read differently from how Python writes it.
    line = subprocess.list2cmdline(how.argv)
    assert line == (
        r"C:\Windows\System32\cmd.exe /d /v:on /c "
        r"C:\Windows\System32\cmd.exe /d /v:off /s /c !PYCODE_COMMAND!"
    )


def test_what_cmd_cannot_be_told() -> None:
    cmd = Shell("cmd", "cmd.exe", "cmd")
    assert cmd.problem("dir\n") is None
    assert cmd.problem("dir\ncd x") == "cmd takes one line: join the commands with &&."
    assert "8000" in (cmd.problem("x" * 8001) or "")
    assert Shell("posix", "/bin/sh", "sh").problem("a\nb" + "x" * 9000) is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_the_shell_of_this_machine(tmp_path: Path) -> None:
    shell = find_shell(os.environ)
    assert shell.name in ("bash", "sh")
    assert os.access(shell.path, os.X_OK)
    fake = tmp_path / "bash"
    fake.write_text("#!/bin/sh\n")
    fake.chmod(0o755)
    # The system's bash comes first: a folder of the project may stand on PATH.
    if os.path.exists("/bin/bash"):
        assert find_shell({"PATH": str(tmp_path)}).path == "/bin/bash"
