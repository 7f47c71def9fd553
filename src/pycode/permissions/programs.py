"""The programs that are known to change nothing, and with which options.

Left out on purpose: what writes, runs a program, talks to the network or shows secrets by any option (so `env`, `xargs`, `less`,
`man`, `curl`), options that do so in a program that is listed (`sort -o`, `rg --pre`, `tree -o`, `file -C`, `date -s`),
and programs that obey the project's files even when asked for their version (`npm`, `yarn`, `cargo`, `go`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from pycode.permissions.options import Parsed, parse_options
from pycode.permissions.read_only_forms import FORMS, Judgement


@dataclass(slots=True, frozen=True)
class Program:
    """What a program may be called with."""

    options: str
    """The allowed options, as `pycode.permissions.options` reads them."""
    operands: Literal["files", "pattern", "text"] = "files"
    """What the other words are: files, a pattern and then files, or text that is not a file's name."""
    problem: Callable[[Parsed], str | None] | None = None
    """What more must hold, as a sentence about what does not."""
    joins: bool = True
    """Whether the value of a short option may be joined to it."""


def check(words: Sequence[str]) -> Judgement:
    """Judge one simple command.

    Args:
        words: The program's name and its arguments, at least one word, quotes resolved.
    """
    name, *rest = words
    if name in _SPECIAL:
        return _SPECIAL[name](rest)
    if name in _VERSION_ONLY:
        asked = (
            rest in (["--version"], ["-V"]) if name.startswith("python") else rest == ["--version"]
        )
        return (None if asked else f"{name} is only read-only as {name} --version"), []
    program = READ_ONLY_PROGRAMS.get(name)
    if program is None:
        return f"{name} is not on the list of programs that change nothing", []
    parsed = parse_options(name, _allowed(program.options), rest, program.joins)
    problem = parsed.problem or (program.problem(parsed) if program.problem else None)
    return problem, _files(program, parsed)


def unlisted_option(name: str, words: Sequence[str]) -> str | None:
    """Return the first option that is not on the list of a program that does nothing but read; None for other programs."""
    if name == "find":
        return _scan_find(words)[0]
    if name == "git":
        from pycode.permissions.git_commands import unlisted_git_option

        return unlisted_git_option(words)
    program = READ_ONLY_PROGRAMS.get(name)
    if program is None:
        return None
    return parse_options(name, _allowed(program.options), words, program.joins).unlisted


def names() -> list[str]:
    """Return the names of all programs that are listed."""
    return sorted({*READ_ONLY_PROGRAMS, *_SPECIAL, *_VERSION_ONLY})


@lru_cache(maxsize=128)
def _allowed(options: str) -> str:
    return f"{options} --help --version"


def _files(program: Program, parsed: Parsed) -> list[str]:
    operands = parsed.operands
    if program.operands == "text":
        operands = []
    elif program.operands == "pattern" and not parsed.options & _PATTERN_GIVEN:
        operands = operands[1:]
    return parsed.values + operands


def _uniq(parsed: Parsed) -> str | None:
    return "uniq writes to its second file" if len(parsed.operands) > 1 else None


def _date(parsed: Parsed) -> str | None:
    if all(operand.startswith("+") for operand in parsed.operands):
        return None
    return "date sets the clock when it is given anything but a +format"


def _no_operands(parsed: Parsed) -> str | None:
    return "it takes no arguments here" if parsed.operands else None


_PATTERN_GIVEN: Final = {"-e", "--regexp", "-f", "--file", "--files", "--type-list"}

_GREP: Final = (
    "-ivnrRlLcwxEFGPhHoqsaIzZUbTy -e= -f= -A= -B= -C= -m= -d= -D= -# --ignore-case --no-ignore-case --invert-match"
    " --line-number --recursive --dereference-recursive --files-with-matches --files-without-match --count --word-regexp"
    " --line-regexp --extended-regexp --fixed-strings --basic-regexp --perl-regexp --no-filename --with-filename"
    " --only-matching --quiet --silent --no-messages --text --null --null-data --byte-offset --initial-tab --color?"
    " --colour? --include= --exclude= --exclude-dir= --binary-files= --regexp= --file= --after-context="
    " --before-context= --context= --max-count= --directories= --devices= --label= --line-buffered"
)
_FD: Final = (
    "-HIuipsgaLF01 -d= -t= -e= -E= -S= -c= --hidden --no-ignore --unrestricted --ignore-case --case-sensitive --glob"
    " --absolute-path --follow --fixed-strings --full-path --print0 --type= --extension= --exclude= --size="
    " --max-depth= --min-depth= --exact-depth= --max-results= --changed-within= --changed-before= --owner= --color= --regex"
    " --one-file-system --no-follow --no-hidden --ignore --prune --relative-path --strip-cwd-prefix"
)
_DIGEST: Final = Program("-bt --binary --text --tag --zero -z")

READ_ONLY_PROGRAMS: Final[dict[str, Program]] = {
    "ls": Program(
        "-aAlhrtSRd1FisgGonpqxCkLHucUXBbmNQv -w= -I= -T= --all --almost-all --author --human-readable --si --recursive"
        " --reverse --directory --classify? --color? --full-time --group-directories-first --size --inode --no-group"
        " --numeric-uid-gid --file-type --dereference --time= --sort= --time-style= --format= --width= --ignore= --hide="
        " --ignore-backups --quote-name --literal --zero"
    ),
    "cat": Program(
        "-AbeEnstTuv --show-all --number-nonblank --show-ends --number --squeeze-blank --show-tabs --show-nonprinting"
    ),
    "head": Program(
        "-qvz -n= -c= -# --lines= --bytes= --quiet --silent --verbose --zero-terminated"
    ),
    "tail": Program(
        "-qvzr -n= -c= -# --lines= --bytes= --quiet --silent --verbose --zero-terminated"
    ),
    "wc": Program("-cmlLw --bytes --chars --lines --max-line-length --words --total="),
    "nl": Program("-p -b= -d= -f= -h= -i= -l= -n= -s= -v= -w="),
    "tac": Program("-br -s= --before --regex --separator="),
    "od": Program("-bcdfilosxv -A= -j= -N= -t= -w?"),
    "cut": Program(
        "-nsz -b= -c= -d= -f= --bytes= --characters= --delimiter= --fields= --complement --only-delimited"
        " --output-delimiter= --zero-terminated"
    ),
    "sort": Program(
        "-bdfghiMnrRuVzscCm -k= -t= --ignore-leading-blanks --dictionary-order --ignore-case --general-numeric-sort"
        " --human-numeric-sort --month-sort --numeric-sort --reverse --random-sort --unique --version-sort --stable --check?"
        " --merge --key= --field-separator= --zero-terminated"
    ),
    "uniq": Program(
        "-cdDiuz -f= -s= -w= --count --repeated --all-repeated? --ignore-case --unique --skip-fields= --skip-chars="
        " --check-chars= --zero-terminated",
        problem=_uniq,
    ),
    "comm": Program(
        "-123z --check-order --nocheck-order --output-delimiter= --total --zero-terminated"
    ),
    "cmp": Program(
        "-bls -i= -n= --print-bytes --verbose --quiet --silent --ignore-initial= --bytes="
    ),
    "diff": Program(
        "-urqiwbBNasyctTEZpd -U= -C= -x= -I= -W= -F= --unified? --context? --recursive --brief --ignore-case"
        " --ignore-all-space --ignore-space-change --ignore-blank-lines --ignore-trailing-space --new-file --text"
        " --report-identical-files --side-by-side --width= --exclude= --color? --suppress-common-lines"
        " --strip-trailing-cr --minimal --show-c-function --label= --normal --no-dereference"
    ),
    "grep": Program(_GREP, "pattern"),
    "egrep": Program(_GREP, "pattern"),
    "fgrep": Program(_GREP, "pattern"),
    "rg": Program(
        "-iSsvnNlcwxFoqauUPLHIp0. -A= -B= -C= -m= -d= -M= -g= -t= -T= -e= -f= -r= -j= -E= --ignore-case --smart-case"
        " --case-sensitive --invert-match --line-number --no-line-number --files-with-matches --files-without-match"
        " --files --count --count-matches --word-regexp --line-regexp --fixed-strings --only-matching --quiet --text"
        " --unrestricted --multiline --multiline-dotall --pcre2 --follow --with-filename --no-filename --null --hidden"
        " --no-hidden --no-ignore --no-ignore-vcs --no-ignore-parent --no-ignore-dot --no-ignore-global --no-config"
        " --heading --no-heading --column --no-column --trim --vimgrep --json --stats --pretty --passthru --type-list"
        " --no-messages --one-file-system --crlf --glob= --iglob= --type= --type-not= --regexp= --file= --replace="
        " --after-context= --before-context= --context= --max-count= --max-depth= --max-columns= --max-filesize= --sort="
        " --sortr= --threads= --color= --colors= --encoding= --context-separator= --path-separator=",
        "pattern",
    ),
    "stat": Program("-Lftx -c= --dereference --file-system --terse --format= --printf="),
    "file": Program(
        "-bihLIkN0 --brief --mime --mime-type --mime-encoding --dereference --no-dereference --keep-going"
    ),
    "du": Program(
        "-abchHkmsSxLPD0 -d= -t= -B= --all --apparent-size --bytes --total --human-readable --si --summarize"
        " --separate-dirs --one-file-system --dereference --max-depth= --threshold= --exclude= --block-size= --time?"
        " --inodes --null"
    ),
    "df": Program(
        "-ahHiklmPT -t= -x= -B= --all --human-readable --si --inodes --local --portability --print-type --total --type="
        " --exclude-type= --block-size= --output?"
    ),
    "tree": Program(
        "-adfilxsDFhpugnCAqNQrtcvUJX -L= -I= -P= --dirsfirst --filesfirst --noreport --prune --gitignore --si --du --inodes"
        " --device --matchdirs --ignore-case --sort= --filelimit= --charset=",
        joins=False,  # tree reads -Lo as -L and -o, and -o writes
    ),
    "md5sum": _DIGEST,
    "sha1sum": _DIGEST,
    "sha256sum": _DIGEST,
    "sha512sum": _DIGEST,
    "realpath": Program(
        "-emLPqsz --canonicalize-existing --canonicalize-missing --logical --physical --quiet --strip --no-symlinks --zero"
        " --relative-to= --relative-base="
    ),
    "readlink": Program(
        "-femnqsvz --canonicalize --canonicalize-existing --canonicalize-missing --no-newline --quiet --silent --verbose"
        " --zero"
    ),
    "basename": Program("-az -s= --multiple --suffix= --zero", "text"),
    "dirname": Program("-z --zero", "text"),
    "pwd": Program("-LP --logical --physical", problem=_no_operands),
    "which": Program("-as", "text"),
    "date": Program(
        "-uR -I? -r= --date= --reference= --utc --universal --rfc-email --iso-8601? --rfc-3339=",
        "text",
        _date,
    ),
    "true": Program("", "text"),
    "false": Program("", "text"),
    "uname": Program("-asnrvmpio --all", problem=_no_operands),
    "whoami": Program("", problem=_no_operands),
    "id": Program("-ugGnrz --user --group --groups --name --real", "text"),
    "nproc": Program("--all --ignore=", problem=_no_operands),
    "arch": Program("", problem=_no_operands),
    "b2sum": _DIGEST,
    "cal": Program("-13jmsy", "text"),
    "cksum": Program(""),
    "column": Program(
        "-tnxeLR -s= -o= -c= -N= --table --separator= --output-separator= --output-width="
    ),
    "expand": Program("-i -t= --initial --tabs="),
    "fd": Program(_FD, "pattern"),
    "fdfind": Program(_FD, "pattern"),
    "fold": Program("-bcs -w= --bytes --characters --spaces --width="),
    "free": Program(
        "-bkmghltw --bytes --kibi --mebi --gibi --human --total --wide", problem=_no_operands
    ),
    "groups": Program("", "text"),
    "hexdump": Program("-bcCdovx -n= -s= --canonical --length= --skip="),
    "hostname": Program(
        "-fsidA --fqdn --short --ip-address --all-ip-addresses", problem=_no_operands
    ),
    "join": Program(
        "-i -1= -2= -a= -e= -j= -o= -t= -v= --ignore-case --header --check-order --nocheck-order"
    ),
    "lscpu": Program("-aeJp --all --json", problem=_no_operands),
    "paste": Program("-sz -d= --serial --delimiters= --zero-terminated"),
    "rev": Program(""),
    "seq": Program("-w -f= -s= --equal-width --format= --separator=", "text"),
    "sha224sum": _DIGEST,
    "sha384sum": _DIGEST,
    "sleep": Program("", "text"),
    "strings": Program("-afw -n= -t= -e= --all --bytes= --radix= --print-file-name"),
    "sum": Program("-rs"),
    "tr": Program("-cCdst --complement --delete --squeeze-repeats --truncate-set1", "text"),
    "tty": Program("-s --silent --quiet", problem=_no_operands),
    "type": Program("-aftpP", "text"),
    "unexpand": Program("-a -t= --all --first-only --tabs="),
    "uptime": Program("-ps --pretty --since", problem=_no_operands),
    "wait": Program("", "text"),
}
"""Program to what it may be called with."""

_VERSION_ONLY: Final = frozenset("""
    bash clang cmake curl docker g++ gcc gh make openssl perl psql python python3 ruby sqlite3
    """.split())  # noqa: SIM905 - a page of quotes would hide the words


def _find(words: Sequence[str]) -> Judgement:
    unlisted, paths = _scan_find(words)
    if unlisted is not None:
        return f"find {unlisted} is not known to be read-only", []
    return None, paths


def _scan_find(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the first word that is not on the list of find, if there is one, and the paths before it."""
    paths: list[str] = []
    rest = list(reversed(words))
    started = False
    while rest:
        word = rest.pop()
        if not started and (word in _FIND_LINKS or not word.startswith(("-", "(", "!", ")", ","))):
            paths.append(word)
            continue
        started = True
        if word in _FIND_VALUES or re.fullmatch(r"-newer[aBcm][aBcmt]", word):
            if not rest:
                return word, []
            value = rest.pop()
            if word not in _FIND_PATTERNS:
                paths.append(value)
        elif word not in _FIND_WORDS:
            return word, []
    return None, [path for path in paths if path not in _FIND_LINKS]


_FIND_LINKS: Final = ("-H", "-L", "-P")
# One word a line would be longer and no clearer.
_FIND_WORDS: Final = (  # noqa: SIM905
    "! -not ( ) -a -and -o -or -print -print0 -prune -quit -ls -depth -mount -xdev -follow -empty -readable -writable"
    " -executable -nouser -nogroup -true -false -daystart -noleaf -ignore_readdir_race -noignore_readdir_race"
    " -help -version"
).split()
_FIND_PATTERNS: Final = (  # noqa: SIM905
    "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -lname -ilname -type -xtype -maxdepth"
    " -mindepth -size -mtime -mmin -atime -amin -ctime -cmin -perm -user -group -uid -gid -links -inum -printf -fstype"
    " -used"
).split()
_FIND_VALUES: Final = [*_FIND_PATTERNS, "-newer", "-anewer", "-cnewer", "-samefile"]


def _git(words: Sequence[str]) -> Judgement:
    from pycode.permissions.git_commands import check_git

    return check_git(words)


_SPECIAL: Final[dict[str, Callable[[Sequence[str]], Judgement]]] = {
    **FORMS,
    "find": _find,
    "git": _git,
}
