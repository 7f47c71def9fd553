"""What git does besides what its subcommand says: the options, settings and addresses by which it runs programs or writes files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pycode.permissions.effect_types import Effects, Write
from pycode.permissions.expansion import Field
from pycode.permissions.special_programs import option_values

_VALUED: Final = frozenset(
    {"-c", "-C", "--git-dir", "--work-tree", "--namespace", "--config-env", "--super-prefix"}
)
HARMLESS_OPTIONS: Final = frozenset(
    {"--no-pager", "--no-optional-locks", "--literal-pathspecs", "--no-replace-objects"}
)
GIT_COMMANDS: Final = frozenset("""
    add am annotate apply archive bisect blame branch bundle cat-file check-attr check-ignore check-mailmap check-ref-format
    checkout checkout-index cherry cherry-pick clean clone commit commit-graph commit-tree config count-objects credential
    describe diff diff-files diff-index diff-tree difftool fast-export fast-import fetch filter-branch fmt-merge-msg
    for-each-ref format-patch fsck gc grep hash-object help hook index-pack init interpret-trailers log ls-files ls-remote
    ls-tree mailinfo maintenance merge merge-base merge-file merge-tree mergetool mktag mktree multi-pack-index mv name-rev
    notes pack-objects pack-refs patch-id prune pull push range-diff read-tree rebase reflog remote repack replace request-pull
    rerere reset restore rev-list rev-parse revert rm send-email shortlog show show-branch show-index show-ref sparse-checkout
    stage stash status stripspace submodule switch symbolic-ref tag unpack-objects update-index update-ref
    update-server-info var verify-commit verify-pack verify-tag version whatchanged worktree write-tree
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""What is git's own: any other word may be an alias, which runs what a repository's settings say."""

_RUNS_ANYTHING: Final = frozenset("""
    bisect credential cvsserver daemon difftool filter-branch gui help hook http-backend instaweb maintenance mergetool p4 send-email shell
    submodule svn web--browse
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
_RUNNING: Final = {
    "--exec": "",
    "--extcmd": "",
    "--upload-pack": "",
    "--receive-pack": "",
    "--open-files-in-pager": "",
    "--ext-diff": "",
    "--textconv": "",
    "--filters": "",
    "--template": "",
    "--config": "",
    "--gpg-sign": "",
    "--unsafe-paths": "",
    "--show-signature": "",
    "--tree-filter": "",
    "-x": "rebase",
    "-u": "clone fetch ls-remote",
    "-c": "clone",
    "-O": "grep",
    "-S": "commit merge rebase revert cherry-pick am",
    "-s": "tag",
    "--trailer": "",
}
"""Option to the subcommands in which it runs something; all of them when empty."""
_WRITING: Final = {
    "--output": "",
    "--output-directory": "",
    "--separate-git-dir": "",
    "--export-marks": "",
    "--prefix": "checkout-index",
    "-o": "archive format-patch bundle",
}
_OUTSIDE: Final = frozenset({"--global", "--system"})
_CONFIG_READS: Final = ("--get", "--list", "-l", "get", "list")
_ADDRESS: Final = re.compile(r"(?:--?[a-z-]+=)?[A-Za-z0-9]+::")
_TRANSPORTING: Final = frozenset(
    {"archive", "clone", "fetch", "ls-remote", "pull", "push", "remote", "submodule"}
)
_CHANGING: Final = frozenset(
    ("remote", action) for action in ("add", "prune", "set-head", "set-url", "show", "update")
)
_MERGING: Final = frozenset({"cherry-pick", "merge", "pull", "rebase"})
_STRATEGIES: Final = frozenset({"octopus", "ort", "ours", "recursive", "resolve", "subtree"})
_RUNNING_SETTING: Final = re.compile(
    r"(alias|pager|include|includeif|filter|credential|gpg|url|http|https|protocol|safe|submodule|remote|uploadpack|receive|sendemail"
    r"|difftool|mergetool|browser|man|guitool|instaweb|trailer|init|diff|merge|core|sequence|interactive|extensions|worktree)\.",
    re.IGNORECASE,
)


def split_git(argv: Sequence[Field]) -> tuple[list[Field], list[Field]]:
    """Return the options before git's subcommand, and the subcommand with all that follows."""
    at = 1
    while at < len(argv) and argv[at].value.startswith("-"):
        at += 2 if argv[at].value in _VALUED else 1
    return list(argv[1:at]), list(argv[at:])


def add_git_effects(argv: Sequence[Field], effects: Effects) -> None:
    """Note what a git command does."""
    options, rest = split_git(argv)
    for given in options:
        name = given.value.partition("=")[0]
        if name.startswith("-") and name not in HARMLESS_OPTIONS and given.value != "--version":
            effects.needs(
                name[:2] if name[:2] in ("-c", "-C") else name,
                f"git {name} changes what git runs, or where",
            )
    for index, option in enumerate(options):
        if option.value == "-c" and index + 1 < len(options):
            _setting(options[index + 1], effects)
        elif option.value.startswith("-c") and option.value != "-c":
            _setting(Field(option.value[2:], option.literal), effects)
    if not rest:
        return
    subcommand, *words = rest
    if subcommand.value not in GIT_COMMANDS:
        effects.needs("", f"git {subcommand.value} may be an alias for anything")
    if subcommand.value in _RUNS_ANYTHING:
        effects.needs(subcommand.value, f"git {subcommand.value} may run other programs")
        effects.suspicious = True
    if subcommand.value == "config" and any(_RUNNING_SETTING.match(word.value) for word in words):
        _config(words, effects)
    if subcommand.value == "config" and any(_edits(word.value) for word in words):
        effects.needs("", "git config opens the editor that is set")
    _subcommand(subcommand.value, words, effects)


def _edits(word: str) -> bool:
    """Return whether a word of `git config` makes it open an editor: `edit`, `-e`, `--edit` or a part of that."""
    return word == "edit" or (len(word) > 2 and "--edit".startswith(word)) or word == "-e"


def _setting(field: Field, effects: Effects) -> None:
    """Note the value of `-c name=value` as something that may be run."""
    value = field.value.partition("=")[2]
    if value:
        effects.scripts.append(Field(value.lstrip("!"), field.literal, field.prefix))


def _config(words: Sequence[Field], effects: Effects) -> None:
    if any(word.value.startswith(_CONFIG_READS) for word in words):
        return
    effects.needs("", "git config sets what git runs later")
    if len(_operands(words)) > 1:
        effects.beyond = "git config sets what git runs later"
    effects.scripts += [
        Field(word.value.lstrip("!"), word.literal, word.prefix) for word in words[1:]
    ]


def _subcommand(name: str, words: Sequence[Field], effects: Effects) -> None:
    _by_name(name, words, effects)
    for index, word in enumerate(words):
        text = word.value
        following = words[index + 1] if index + 1 < len(words) else Field("")
        if text == "--":
            break
        address = _ADDRESS.match(text) if name in _TRANSPORTING else None
        if address is not None:
            effects.needs("", f"the address {text} makes git run a program")
            effects.scripts.append(Field(text[address.end() :], word.literal, word.prefix))
        option = _option(text, name, _RUNNING)
        if option is not None:
            value = _value(text, option, following, word)
            effects.scripts.append(value)
            effects.needs(option, f"git {name} {option} may run a program")
        option = _option(text, name, _WRITING)
        if option is not None:
            effects.writes.append(Write(_value(text, option, following, word).value))
            effects.needs(option, f"git {name} {option} writes a file")
        if text in ("--no-index", "--contents", "--file", "-F"):
            effects.reads.append(following.value)
            effects.needs(text, f"git {name} {text} reads any file")


def _by_name(name: str, words: Sequence[Field], effects: Effects) -> None:
    """Note what a subcommand does by what it is for."""
    first = words[0].value if words else ""
    if (name, first) in _CHANGING:
        effects.needs(first, f"git {name} {first} talks to other machines, or says to which")
    operands = _operands(words)
    if name == "config" and len(operands) > 1 and not _OUTSIDE.isdisjoint(w.value for w in words):
        effects.beyond = "git config changes what holds for all projects"
    if (name, first) == ("bundle", "create") or name == "pack-objects":
        effects.writes += [Write(path) for path in operands[name == "bundle" : 2]]
        effects.needs(first, f"git {name} writes a file")
    if name in _MERGING:
        _strategy(words, effects)
    if name == "config" and not any(word.value.startswith(_CONFIG_READS) for word in words):
        files = option_values(words, "-f", "--file")
        effects.writes += [Write(file.value, own=True) for file in files]
    folder = _new_folder(name, operands)
    if folder:
        effects.writes.append(Write(folder, own=True))


def _operands(words: Sequence[Field]) -> list[str]:
    return [word.value for word in words if word.value[:1] != "-"]


def _new_folder(name: str, operands: Sequence[str]) -> str:
    """Return the folder that a command makes and fills; nothing when it names none."""
    if name == "worktree" and operands[:1] == ["add"]:
        return "".join(operands[1:2])
    if (name == "init" and operands) or (name == "clone" and len(operands) > 1):
        return operands[-1] if ":" not in operands[-1] else ""
    return ""


def _strategy(words: Sequence[Field], effects: Effects) -> None:
    """Note a merge strategy that is not git's own: git runs a program of that name."""
    for index, word in enumerate(words):
        option, mark, value = word.value.partition("=")
        if word.value[:2] == "-s" and len(word.value) > 2:
            option, value = "-s", word.value[2:]
        elif not mark:
            value = words[index + 1].value if index + 1 < len(words) else ""
        if option in ("-s", "--strategy") and value not in _STRATEGIES:
            effects.needs("", f"the merge strategy {value} is a program that git would run")


def _option(text: str, subcommand: str, options: dict[str, str]) -> str | None:
    """Return which of the options a word is; a long one may be shortened, a short one joined with its value or others."""
    if text.startswith("--"):
        name = text.partition("=")[0]
        for option, subcommands in options.items():
            long = len(name) > 3 and option.startswith(name) and option.startswith("--")
            if long and (not subcommands or subcommand in subcommands.split()):
                return option
        return None
    if not text.startswith("-"):
        return None
    for option, subcommands in options.items():
        if len(option) == 2 and subcommand in subcommands.split() and option[1] in text[1:]:
            return option
    return None


def _value(text: str, option: str, following: Field, word: Field) -> Field:
    long = text.startswith("--")
    value = text.partition("=")[2] if long else text[text.index(option[1]) + 1 :]
    return Field(value, word.literal, word.prefix) if value else following
