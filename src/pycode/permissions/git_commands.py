"""The git subcommands, and their options, that change nothing and run nothing.

Never among them: options before the subcommand that change what git runs or where (`-c -C --exec-path --git-dir -p`), and after it
`--output --ext-diff --textconv --open-files-in-pager --show-signature --contents --no-index`. Git itself can still be told by a
repository's configuration to run programs; `pycode.permissions.git_helpers` looks for that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pycode.permissions.options import Parsed, parse_options


@dataclass(slots=True, frozen=True)
class Subcommand:
    """What a git subcommand may be called with."""

    options: str
    """The allowed options, as `pycode.permissions.options` reads them."""
    actions: tuple[str, ...] = ()
    """When not empty, the words of which one must follow at once."""
    bare: bool = False
    """Whether it may also be called with options alone."""
    problem: Callable[[Parsed], str | None] | None = None
    """What more must hold, as a sentence about what does not."""


def check_git(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Judge the words after `git`: why they are not read-only, or None, and the words that may be files."""
    rest = list(words)
    while rest and rest[0] in _GLOBAL:
        rest.pop(0)
    if rest in (["--version"], ["version"]):
        return None, []
    name = f"git {rest.pop(0)}" if rest else "git"
    subcommand = GIT_READ_ONLY.get(name[4:])
    if subcommand is None:
        return f"{name} is not on the list of git commands that change nothing", []
    acts = rest[:1] in [[action] for action in subcommand.actions]
    parsed = parse_options(name, subcommand.options, rest[1:] if acts else rest)
    problem = parsed.problem or _runs_gpg(parsed)
    if problem is None and subcommand.actions and not acts:
        problem = _needs_action(name, subcommand, parsed)
    if problem is None and subcommand.problem is not None:
        problem = subcommand.problem(parsed)
    searches = name == "git grep" and "-e" not in parsed.options
    return problem, parsed.operands[1:] if searches else parsed.operands


def unlisted_git_option(words: Sequence[str]) -> str | None:
    """Return the first option of a subcommand that only reads which is not on its list; None for other subcommands."""
    rest = list(words)
    while rest and rest[0] in _GLOBAL:
        rest.pop(0)
    if not rest or rest[0] not in GIT_READ_ONLY or rest[0] in _ALSO_WRITING:
        return None
    parsed = parse_options(f"git {rest[0]}", GIT_READ_ONLY[rest[0]].options, rest[1:])
    return parsed.unlisted or ("--format" if _runs_gpg(parsed) else None)


def _needs_action(name: str, subcommand: Subcommand, parsed: Parsed) -> str | None:
    if subcommand.bare and not parsed.operands:
        return None
    known = " and ".join(f"{name} {action}" for action in subcommand.actions)
    return f"of {name} only {known} {'is' if len(subcommand.actions) == 1 else 'are'} read-only"


def _runs_gpg(parsed: Parsed) -> str | None:
    for value in parsed.values:
        if re.search(r"%[-+ ]?G|%\(signature", value):
            return f"the format {value} makes git run gpg"
    return None


def _lists_only(parsed: Parsed) -> str | None:
    if parsed.operands and not parsed.options & _LISTING:
        return "with a name and without --list it may create or change something"
    return None


def _config(parsed: Parsed) -> str | None:
    if parsed.options & {"--get", "--get-all", "--get-regexp", "--list", "-l"}:
        return None
    if len(parsed.operands) == 1 or parsed.operands[:1] == ["get"]:
        return None  # a name alone asks for its value; git before 2.46 knows no name without a dot
    return "git config is only read-only with one name, --get, --get-all, --get-regexp or --list"


_GLOBAL: Final = frozenset({"--no-pager", "--no-optional-locks", "--literal-pathspecs"})
_ALSO_WRITING: Final = frozenset(
    {"branch", "config", "reflog", "remote", "stash", "tag", "worktree"}
)
_LISTING: Final = frozenset(
    {"--list", "-l", "--contains", "--no-contains", "--merged", "--no-merged", "--points-at"}
)

_DIFF: Final = (
    "-pusRabwWzm -M? -C? -B? -U= -S= -G= --patch --no-patch --patch-with-stat --unified= --raw --minimal --patience"
    " --histogram --diff-algorithm= --stat? --numstat --shortstat --compact-summary --dirstat? --summary --name-only"
    " --name-status --color? --no-color --color-moved? --word-diff? --word-diff-regex= --color-words? --no-renames --check"
    " --full-index --binary --abbrev? --find-renames? --find-copies? --find-copies-harder --diff-filter= --pickaxe-all"
    " --pickaxe-regex --text --ignore-space-at-eol --ignore-cr-at-eol --ignore-space-change --ignore-all-space"
    " --ignore-blank-lines --inter-hunk-context= --function-context --exit-code --quiet --relative? --no-relative"
    " --no-ext-diff --no-textconv --no-prefix --src-prefix= --dst-prefix= --ignore-submodules? --cc"
)
_HISTORY: Final = (
    f"{_DIFF} -iEFPgqc -L= -# --oneline --graph --no-graph --decorate? --no-decorate --all --branches? --tags?"
    " --remotes? --glob= --exclude= --merges --no-merges --reverse --date= --author= --committer= --grep="
    " --regexp-ignore-case --extended-regexp --fixed-strings --perl-regexp --all-match --invert-grep --since= --after="
    " --until= --before= --max-count= --skip= --format= --pretty? --abbrev-commit --no-abbrev-commit --follow"
    " --left-right --left-only --right-only --cherry-pick --cherry-mark --cherry --boundary --topo-order --date-order"
    " --author-date-order --full-history --dense --sparse --simplify-merges --simplify-by-decoration --ancestry-path?"
    " --first-parent --source --no-walk? --parents --children --notes? --no-notes --encoding= --walk-reflogs"
    " --relative-date --min-parents= --max-parents= --mailmap --use-mailmap --no-mailmap --log-size --expand-tabs?"
    " --no-expand-tabs --diff-merges= --no-diff-merges --combined-all-paths --count --objects"
)
_LOG: Final = f"{_HISTORY} -n="
_REFS: Final = (
    "--sort= --format= --color? --no-color --contains? --no-contains? --merged? --no-merged? --points-at= --ignore-case"
    " --omit-empty"
)

GIT_READ_ONLY: Final[dict[str, Subcommand]] = {
    "status": Subcommand(
        "-sbvz -u? --short --branch --porcelain? --long --verbose --untracked-files? --ignored? --show-stash --no-renames"
        " --renames --find-renames? --ahead-behind --no-ahead-behind --ignore-submodules? --null"
    ),
    "diff": Subcommand(f"{_DIFF} --cached --staged --merge-base"),
    "log": Subcommand(_LOG),
    "show": Subcommand(_LOG),
    "shortlog": Subcommand(f"{_HISTORY} -nse --summary --numbered --email --group="),
    "reflog": Subcommand(_LOG, ("show",), bare=True),
    "rev-list": Subcommand(f"{_LOG} --disk-usage? --header --timestamp"),
    "rev-parse": Subcommand(
        "-q --verify --quiet --show-toplevel --show-prefix --show-cdup --show-superproject-working-tree --git-dir"
        " --absolute-git-dir --git-common-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository"
        " --is-shallow-repository --abbrev-ref? --short? --symbolic --symbolic-full-name --all --branches? --tags?"
        " --remotes? --show-object-format? --git-path= --revs-only --no-revs --flags --no-flags"
    ),
    "blame": Subcommand(
        "-wsefnltpcb -M? -C? -L= -# --porcelain --line-porcelain --show-email --show-name --show-number --show-stats --date="
        " --since= --reverse --first-parent --root --incremental --abbrev= --ignore-rev= --color-lines --color-by-age"
        " --no-progress"
    ),
    "ls-files": Subcommand(
        "-cdmosuiktvfz -x= --cached --deleted --modified --others --ignored --stage --unmerged --killed --directory"
        " --no-empty-directory --eol --exclude= --exclude-standard --error-unmatch --full-name --abbrev? --deduplicate"
        " --format="
    ),
    "ls-tree": Subcommand(
        "-drtlz --long --name-only --name-status --object-only --full-name --full-tree --abbrev? --format="
    ),
    "cat-file": Subcommand("-ptse"),
    "grep": Subcommand(
        "-ivnlLcwEFPGhHoqzaIpWr -e= -A= -B= -C= -m= -# --cached --untracked --exclude-standard --no-exclude-standard"
        " --ignore-case --invert-match --line-number --column --name-only --files-with-matches --files-without-match"
        " --count --word-regexp --extended-regexp --fixed-strings --perl-regexp --basic-regexp --only-matching --quiet"
        " --null --text --heading --break --show-function --function-context --full-name --max-depth= --max-count="
        " --context= --after-context= --before-context= --threads= --color? --no-color --and --or --not --all-match"
        " --no-textconv --recursive --no-recursive"
    ),
    "describe": Subcommand(
        "--tags --all --long --always --dirty? --broken? --abbrev= --match= --exclude= --exact-match --contains"
        " --first-parent --candidates= --debug"
    ),
    "merge-base": Subcommand("-a --all --is-ancestor --octopus --independent --fork-point"),
    "name-rev": Subcommand(
        "--tags --name-only --refs= --exclude= --always --undefined --no-undefined"
    ),
    "show-ref": Subcommand(
        "-qsd --head --heads --branches --tags --dereference --hash? --verify --quiet --abbrev?"
    ),
    "for-each-ref": Subcommand(f"{_REFS} --count="),
    "cherry": Subcommand("-v --verbose --abbrev?"),
    "diff-tree": Subcommand(f"{_DIFF} -rtcv --root --no-commit-id --pretty? --format= --always"),
    "whatchanged": Subcommand(_LOG),
    "count-objects": Subcommand("-vH --verbose --human-readable"),
    "check-ignore": Subcommand("-vqnz --verbose --quiet --non-matching --no-index"),
    "branch": Subcommand(
        f"-arvi {_REFS} --list --show-current --all --remotes --verbose --abbrev? --no-abbrev --column? --no-column",
        problem=_lists_only,
    ),
    "tag": Subcommand(f"-il -n? {_REFS} --list --column? --no-column", problem=_lists_only),
    "remote": Subcommand("-v --verbose --all --push", ("get-url",), bare=True),
    "worktree": Subcommand("-vz --porcelain --verbose", ("list",)),
    "stash": Subcommand(_LOG, ("list", "show")),
    "config": Subcommand(
        "-lz --get --get-all --get-regexp --list --local --global --system --worktree --null --name-only --show-origin"
        " --show-scope --type= --bool --int --path --includes --no-includes --default=",
        problem=_config,
    ),
}
"""Subcommand to what it may be called with."""
