"""Which answers may be kept for later: none that would allow more than it seems to.

An answer "always" to a program that runs other programs, or to a git alias, would hold for whatever the next command line puts
behind that name. Such answers hold for the one call, or as a rule that the user writes into their own config.
"""

from __future__ import annotations

import re

from pycode.permissions.patterns import has_wildcard
from pycode.permissions.rules import Rule

_ALSO_RUN = frozenset({".", "at", "crontab", "powershell", "pwsh", "source"})
"""Programs that run others and are no wrappers of a command in their words."""
_ALSO_WRITE = frozenset({"deno", "fd", "find", "pipx", "rsync", "tar", "tee"})
"""Programs that run or write whatever their arguments say and have no language of their own."""

_EXECUTING_OPTIONS = frozenset({"-exec", "-execdir", "-ok", "-okdir", "--exec", "--pre"})
_WORD = re.compile(r"[^\s;|&()<>`$\"'{}\\]+")
_BEGINS = ("", ";", "|", "&", "(", ")", "`", "{", "\n")


def why_not_kept(rule: Rule) -> str | None:
    """Return why a rule must not be kept as an answer, as the end of a sentence, or None when it may."""
    if rule.permission == "doom_loop":
        return "a call that repeats itself is worth a look each time"
    if rule.permission == "*" or (rule.permission == "bash" and rule.pattern == "*"):
        return "it would allow everything"
    return _why_no_command(rule.pattern) if rule.permission == "bash" else None


def _why_no_command(pattern: str) -> str | None:
    # The tables are not needed on the way to the first request.
    from pycode.permissions.effects import table_name
    from pycode.permissions.effects_table import CODE_RUNNERS

    found = list(_WORD.finditer(pattern))
    words = [match[0] for match in found]
    if not words or has_wildcard(words[0]):
        return "it would allow more than one program"
    if "=" in words[0]:
        return "a variable can change what a program does"
    if has_wildcard(pattern) and table_name(words[0]) in (CODE_RUNNERS | _ALSO_WRITE):
        return f"{words[0]} can run anything"
    for index, match in enumerate(found):
        leads = pattern[: match.start()].rstrip(" \t\"'")[-1:] in _BEGINS
        reason = _why(match[0], " ".join(words[index + 1 : index + 2]), leads)
        if reason is not None:
            return reason
    return None


def _why(word: str, after: str, leads: bool) -> str | None:
    """Return why a command with this word is not kept; `leads` when a command begins with it."""
    from pycode.permissions.git_effects import GIT_COMMANDS
    from pycode.permissions.wrappers import OTHER_WRAPPERS, SHELLS, WRAPPERS, program_name

    program = program_name(word)
    runs = program in WRAPPERS or program in SHELLS or (leads and program in _ALSO_RUN)
    if leads and program in OTHER_WRAPPERS:
        runs = not OTHER_WRAPPERS[program] or after in OTHER_WRAPPERS[program]
    if runs or word in _EXECUTING_OPTIONS:
        return f"{program} runs other programs"
    if program == "git" and after not in GIT_COMMANDS:
        return "git runs what an option or an alias says"
    return None
