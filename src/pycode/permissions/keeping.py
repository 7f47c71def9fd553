"""Which answers may be kept for later: none that would allow more than it seems to.

An answer "always" to a program that runs other programs, or to a git alias, would hold for whatever the next command line puts
behind that name. Such answers hold for the one call, or as a rule that the user writes into their own config.
"""

from __future__ import annotations

import re

from pycode.permissions.patterns import has_wildcard
from pycode.permissions.rules import Rule

_WRAPPERS = frozenset("""
    . at bash batch builtin bunx busybox bwrap chroot chrt command crontab csh dash doas env eval exec expect firejail fish flock
    ionice ksh ltrace nice nohup nsenter npx parallel pkexec powershell pwsh runuser script setarch setpriv setsid sh source ssh
    stdbuf strace su sudo systemd-run taskset tcsh time timeout toybox unbuffer unshare uvx watch xargs zsh
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""Programs that run the program that stands behind them."""

_RUN_ANYTHING = frozenset("""
    awk deno ex find fd gawk lua node nodejs perl php pipx python python3 rsync ruby sed tar tclsh tee vi vim
    """.split())  # noqa: SIM905
"""Programs that run or write whatever their arguments say: kept word by word, never with a wildcard."""

_GIT_COMMANDS = frozenset("""
    add am apply archive bisect blame branch bundle cat-file check-ignore checkout cherry cherry-pick clean clone commit
    config describe diff diff-tree fetch for-each-ref format-patch fsck gc grep help init log ls-files ls-remote ls-tree maintenance
    merge merge-base mv name-rev notes pull push range-diff rebase reflog remote reset restore rev-list rev-parse revert rm
    shortlog show show-ref sparse-checkout stash status submodule switch symbolic-ref tag version whatchanged worktree
    """.split())  # noqa: SIM905
"""What is git's own: any other word may be an alias, which runs what the repository's config says."""

_EXECUTING_OPTIONS = frozenset({"-exec", "-execdir", "-ok", "-okdir", "--exec", "--pre"})
_WORDS = re.compile(r"[\s;|&()<>`$\"'{}\\]+")


def why_not_kept(rule: Rule) -> str | None:
    """Return why a rule must not be kept as an answer, as the end of a sentence, or None when it may."""
    if rule.permission == "doom_loop":
        return "a call that repeats itself is worth a look each time"
    if rule.permission == "*" or (rule.permission == "bash" and rule.pattern == "*"):
        return "it would allow everything"
    if rule.permission != "bash":
        return None
    words = [word for word in _WORDS.split(rule.pattern) if word]
    if not words or has_wildcard(words[0]):
        return "it would allow more than one program"
    if "=" in words[0]:
        return "a variable can change what a program does"
    if has_wildcard(rule.pattern) and _program(words[0]) in _RUN_ANYTHING:
        return f"{words[0]} can run anything"
    return next((reason for word, after in _pairs(words) if (reason := _why(word, after))), None)


def _why(word: str, after: str) -> str | None:
    program = _program(word)
    if program in _WRAPPERS:
        return f"{program} runs other programs"
    if word in _EXECUTING_OPTIONS:
        return f"{word} runs other programs"
    if program == "git" and after not in _GIT_COMMANDS:
        return "git runs what an option or an alias says"
    return None


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    return list(zip(words, [*words[1:], ""], strict=True))


def _program(word: str) -> str:
    return word.rpartition("/")[2].lower().removesuffix(".exe")
