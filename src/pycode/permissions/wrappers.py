"""Programs that run other programs: what is in them, so that it is judged for what it is.

A transparent one adds nothing of its own: `timeout 5 git status` is `git status`. What an opaque one runs is looked at for denies
and asks, but it also needs to be allowed itself: `sudo` changes who runs it, `xargs` what it is given, `ssh` where.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pycode.permissions.expansion import Field
from pycode.permissions.options import JOINED, VALUE, option_kinds


@dataclass(slots=True, frozen=True)
class Wrapper:
    """How a wrapper's words are read."""

    options: str = ""
    """Its options, as `pycode.permissions.options` reads them."""
    operands: int = 0
    """How many words stand between the options and the command."""
    assigns: bool = False
    """Whether `NAME=value` may stand before the command."""
    joins: bool = False
    """Whether it joins its words and gives them to a shell."""
    transparent: bool = False
    """Whether what it runs is all that it does."""
    adds: bool = False
    """Whether it gives the command words that are not known here."""
    moves: tuple[str, ...] = ()
    """The options that name the folder in which the command runs."""


@dataclass(slots=True)
class Inner:
    """What a wrapper runs."""

    argv: list[Field] = field(default_factory=list)
    """A program and its arguments, or empty."""
    script: Field | None = None
    """Or a command line."""
    arguments: list[Field] = field(default_factory=list)
    """The arguments of that command line: `$0`, `$1` and so on."""
    assignments: list[Field] = field(default_factory=list)
    """What is set for it."""
    directory: Field | None = None
    """Where it runs, if elsewhere."""
    transparent: bool = False
    """Whether it is all that the wrapper does."""
    adds: bool = False
    """Whether more words will be added to it."""
    reads_stdin: bool = False
    """Whether it takes its commands from standard input."""


@lru_cache(maxsize=4096)
def program_name(word: str) -> str:
    """Return the name by which a program is known, without the folder and the case."""
    name = word.replace("\\", "/").rpartition("/")[2].lower()
    return name.removesuffix(".exe")


def unwrap(argv: Sequence[Field]) -> Inner | None:
    """Return what a command runs, when it is a wrapper whose words are understood to the end; else None."""
    name = program_name(argv[0].value)
    if _only_tells(name, argv):
        return None
    if name in SHELLS:
        return _shell(name, argv)
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return None
    options = _leading(wrapper.options, argv)
    if options is None:
        return None
    at, seen = options
    inner = Inner(transparent=wrapper.transparent, adds=wrapper.adds)
    inner.directory = next((seen[option] for option in wrapper.moves if option in seen), None)
    while wrapper.assigns and at < len(argv) and _is_assignment(argv[at].value):
        inner.assignments.append(argv[at])
        at += 1
    rest = list(argv[at + wrapper.operands :])
    split = seen.get("-S") or seen.get("--split-string") if name == "env" else None
    if split is not None:
        inner.script, inner.transparent = joined([split, *rest]), False
    elif wrapper.joins:
        inner.script = joined(rest)
    else:
        inner.argv = rest
    return inner if inner.argv or (inner.script is not None and inner.script.value) else None


def may_run_its_words(argv: Sequence[Field]) -> bool:
    """Return whether a command may run what some of its words say."""
    name = program_name(argv[0].value)
    subcommands = OTHER_WRAPPERS.get(name)
    if subcommands is None:
        return (name in WRAPPERS or name in SHELLS) and not _only_tells(name, argv)
    return not subcommands or subcommand_among(argv, subcommands) is not None


def subcommand_among(argv: Sequence[Field], names: Collection[str]) -> str | None:
    """Return which of some subcommands a command has.

    It is the first word. Behind options it may be any: what these take as a value is not known for all programs.
    """
    if not names:
        return None
    words = argv[1:2] if len(argv) > 1 and not argv[1].value.startswith("-") else argv[1:]
    return next((item.value for item in words if item.value in names), None)


def joined(fields: Sequence[Field]) -> Field:
    """Return the text that words make when they are joined with blanks."""
    text = " ".join(item.value for item in fields)
    literal = all(item.literal for item in fields)
    known = all(item.known for item in fields)
    return Field(text, literal, None if known else "", "" if literal else "an expansion ($)")


def _only_tells(name: str, argv: Sequence[Field]) -> bool:
    """Return whether a wrapper is only asked what a word means, or which version it is."""
    first = argv[1].value if len(argv) > 1 else ""
    if name == "command":
        return first in ("-v", "-V")
    return name in SHELLS and first in ("--version", "--help") and len(argv) == 2


def _is_assignment(text: str) -> bool:
    return "=" in text  # whatever the name: bash takes functions from names that are no identifiers


def _leading(options: str, argv: Sequence[Field]) -> tuple[int, dict[str, Field]] | None:
    """Step over the options after the program; return where they end and their values, or None for an unknown one."""
    kinds = option_kinds(options)
    seen: dict[str, Field] = {}
    at = 1
    while at < len(argv):
        word = argv[at].value
        if not word.startswith("-") or word == "-":
            return (at + 1 if word == "-" and "--ignore-environment" in kinds else at), seen
        at += 1
        if word == "--":
            return at, seen
        step = _option(kinds, argv, at, seen)
        if step is None:
            return None
        at += step
    return at, seen


def _option(
    kinds: dict[str, str], argv: Sequence[Field], at: int, seen: dict[str, Field]
) -> int | None:
    """Take the option before `at` in; return how many words its value takes, or None when it is unknown."""
    given = argv[at - 1]
    word = given.value
    if word.startswith("--"):
        name, mark, value = word.partition("=")
        if name not in kinds:
            return None
        if mark:
            seen[name] = Field(value, given.literal, given.prefix, given.reason)
        elif kinds[name] == VALUE:
            seen[name] = argv[at] if at < len(argv) else Field("")
            return 1
        return 0
    if "-#" in kinds and word[1:].isdigit():
        return 0
    for index, letter in enumerate(word[1:], start=2):
        kind = kinds.get(f"-{letter}")
        if kind is None:
            return None
        if kind == VALUE:
            if word[index:]:
                seen[f"-{letter}"] = Field(word[index:], given.literal, given.prefix, given.reason)
                return 0
            seen[f"-{letter}"] = argv[at] if at < len(argv) else Field("")
            return 1
        if kind == JOINED:
            return 0
        seen[f"-{letter}"] = Field("")
    return 0


def _shell(name: str, argv: Sequence[Field]) -> Inner:
    """Return what a shell runs: the line after `-c`, or what it reads; nothing when it runs a file."""
    plain = name in ("bash", "sh")
    runs_line = reads = False
    at = 1
    while at < len(argv):
        word = argv[at].value
        if word in ("-", "--") or not word.startswith(("-", "+")):
            at += word in ("-", "--")
            break
        if word.startswith("--"):
            plain = plain and word in ("--norc", "--noprofile", "--posix")
            at += word in ("--rcfile", "--init-file")
        else:
            runs_line = runs_line or (word[0] == "-" and "c" in word[1:])
            reads = reads or "s" in word[1:]
            plain = plain and set(word[1:]) <= set("ceufnxo")
            at += len(set(word[1:]) & set("oO"))
        at += 1
    rest = list(argv[at:])
    if runs_line:
        script = rest[0] if rest else Field("")
        return Inner(script=script, arguments=rest[1:], transparent=plain)
    reads = reads or not rest or rest[0].value in ("-", "/dev/stdin")
    return Inner(transparent=plain and not reads, reads_stdin=reads)


SHELLS: Final = frozenset(
    "ash bash csh dash fish ksh mksh oksh pdksh rbash rc sh tcsh yash zsh".split()  # noqa: SIM905
)

WRAPPERS: Final[dict[str, Wrapper]] = {
    "builtin": Wrapper(transparent=True),
    "busybox": Wrapper(),
    "chronic": Wrapper("-ve"),
    "command": Wrapper("-p", transparent=True),
    "doas": Wrapper("-nLs -u= -C= -a="),
    "env": Wrapper(
        "-i0v -u= -C= -S= --ignore-environment --null --debug --unset= --chdir= --split-string= --block-signal?"
        " --default-signal? --ignore-signal? --list-signal-handling",
        assigns=True,
        transparent=True,
        moves=("-C", "--chdir"),
    ),
    "eval": Wrapper(joins=True, transparent=True),
    "exec": Wrapper("-cl -a=", transparent=True),
    "ionice": Wrapper("-t -c= -n= --class= --classdata= --ignore", transparent=True),
    "nice": Wrapper("-# -n= --adjustment=", transparent=True),
    "nohup": Wrapper(transparent=True),
    "setsid": Wrapper("-cfw --ctty --fork --wait", transparent=True),
    "ssh": Wrapper(
        "-46AaCfGgKkMNnqsTtVvXxYy -B= -b= -c= -D= -E= -e= -F= -I= -i= -J= -L= -l= -m= -O= -o= -p= -Q= -R= -S= -W= -w=",
        operands=1,
        joins=True,
    ),
    "stdbuf": Wrapper("-i= -o= -e= --input= --output= --error=", transparent=True),
    "sudo": Wrapper(
        "-AbEHkNnPSsi -C= -D= -g= -h= -p= -R= -r= -T= -t= -U= -u= --user= --group= --chdir= --chroot= --host= --login"
        " --non-interactive --preserve-env? --prompt= --role= --type= --set-home --shell --stdin --background --askpass",
        assigns=True,
        moves=("-D", "--chdir"),
    ),
    "time": Wrapper("-pvq --verbose --portability", transparent=True),
    "timeout": Wrapper(
        "-v -k= -s= --kill-after= --signal= --foreground --preserve-status --verbose",
        operands=1,
        transparent=True,
    ),
    "toybox": Wrapper(),
    "watch": Wrapper(
        "-bceptwdgrx -n= -q= --interval= --beep --color --errexit --chgexit --equexit= --precise --no-title --no-wrap"
        " --differences? --exec",
        joins=True,
    ),
    "xargs": Wrapper(
        "-0rtpxo -a= -d= -E= -e? -I= -i? -L= -l? -n= -P= -s= --null --no-run-if-empty --verbose --interactive --exit"
        " --open-tty --arg-file= --delimiter= --replace? --max-lines? --max-args= --max-procs= --max-chars=",
        adds=True,
    ),
}
"""Program to how its words are read."""

OTHER_WRAPPERS: Final[dict[str, frozenset[str]]] = {
    entry.partition(":")[0]: frozenset(filter(None, entry.partition(":")[2].split(",")))
    for entry in """
    alacritty ansible apptainer asdf:exec at autossh aws-vault aws:ssm batch bpftrace bundle:exec bunx bwrap capsh
    catchsegv ccache cgexec chamber:exec chpst chroot chrt clush cmd colima:ssh conda:run coreutils
    cpulimit crontab daemonize dbus-run-session direnv:exec distcc distrobox docker:run,exec,compose
    doppler:run dotenv dumb-init eatmydata entr env_parallel envdir envuidgid expect fakechroot fakeroot faketime
    firejail flatpak:run,enter flock fly:ssh forfiles gcloud:compute gdb genv gnice gnome-terminal gosu gtimeout
    gxargs heaptrack heroku:run,ps:exec hyperfine i386 icecc ifne infisical:run inotifywait ip:netns kitty
    konsole kubectl:exec,run,debug ld-linux-aarch64.so.1 ld-linux-x86-64.so.2 ld-linux.so.2 ld-musl-x86_64.so.1
    ld.so lerna:exec lima limactl:shell linux32 linux64 lldb logsave ltrace lxc:exec machinectl:shell mamba:run
    micromamba:run mise:exec,x mispipe mosh multipass:exec nerdctl:run,exec,compose newgrp niceload nix-shell
    nix:run,shell,develop nocache npm:exec,x npx nsenter nsjail numactl nx:exec op:run parallel pdsh pee
    perf pgrphack pipenv:run pipx:run pixi:run,exec pkexec pm2:start pnpm:exec,dlx podman:run,exec poetry:run
    powershell prlimit proot proxychains proxychains4 pssh pwsh retry rlwrap rr:record,replay rtx:exec,x run-parts
    runas runcon runuser rush s6-applyuidgid s6-envdir s6-setsid s6-setuidgid s6-softlimit salt sccache schedtool
    screen script sem setarch setpriv setuidgid sg singularity skaffold:exec softlimit sops:exec-env,exec-file
    ssh-agent sshpass start start-stop-daemon strace su su-exec systemd-cat systemd-inhibit systemd-nspawn
    systemd-run taskset tini tmux toolbox:run torify torsocks tox:exec trickle truss tsocks tsp uftrace uname26
    unbuffer unshare uv:run,tool uvx vagrant:ssh valgrind vault:ssh wait-for-it watchexec watchman wsl x86_64 xterm
    xvfb-run yarn:exec,dlx,run
    """.split()  # noqa: SIM905
}
"""Programs that run what some of their words say, and the subcommands that do, where only these do. Whatever could be a command in
their words is looked at for denies."""
