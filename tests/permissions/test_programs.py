"""The commands that plan mode runs and those that it refuses, and proof that the former change nothing."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.canaries import canaries, is_here, run

from pycode.permissions.command_line import is_read_only_command
from pycode.permissions.programs import check

ALLOWED = """\
ls
ls -la
ls -lah --color=auto src
ls --sort=time --time-style=iso
ls -w 80 -- -not-an-option
cat README.md
cat -n README.md notes.txt
head README.md
head -5 README.md
head -n 5 README.md
head -n5 README.md
head --lines=-1 README.md
head -c 10 README.md
tail -n +2 README.md
tail -20 README.md
wc -l README.md notes.txt
nl -b a README.md
tac README.md
od -c README.md
cut -d : -f 1 README.md
cut -d, -f1 README.md
sort notes.txt
sort -rn -k 2 -t , notes.txt
sort --unique notes.txt
uniq -c notes.txt
comm -12 notes.txt README.md
cmp notes.txt README.md
diff -u notes.txt README.md
diff --recursive --brief src .
pwd
pwd -P
stat README.md
stat -c %s README.md
stat --format=%n README.md
file README.md
file --mime-type README.md
du -sh .
du -h --max-depth=1
df -h
tree -L 2 -I node_modules
md5sum README.md
sha256sum README.md
realpath src/app.py
readlink -f src/app.py
basename src/app.py .py
dirname src/app.py
which python3 ls
command -v git
date
date -u +%F
date --iso-8601=seconds
uname -a
whoami
id -u
nproc
echo hello
echo '$HOME; rm -rf /' "a b"
grep main src/app.py
grep -rn main src
grep -rnE 'def (main|run)' --include='*.py' src
grep -A 3 -B2 -i --color=never main src/app.py
grep -e main -e other -r .
grep -c '' README.md
grep -- -x README.md
rg main
rg -n --hidden -g '*.py' 'def .*' src
rg --files
rg --files -t py src
rg -l -i MAIN
rg -e main -A 2 src
rg --type-list
find
find .
find src -name '*.py'
find . -type f -not -path './.git/*' -print
find . -maxdepth 2 ! -name '*.md' -size -10k
find . \\( -name '*.py' -o -name '*.md' \\) -print0
find -L src -newer README.md
find . -newermt 2024-01-01 -printf '%p\\n'
sed -n 1,2p README.md
sed -n '2p' README.md
sed -n '1,$p' README.md notes.txt
sed --quiet 3p README.md
git status
git status -sb
git status --porcelain=v2 --untracked-files=all
git --no-pager status
git log
git log --oneline -5
git log --oneline -n 5 --graph --all
git log -p -- src/app.py
git log --author=A --since=2.weeks --format='%h %s'
git log --stat HEAD~1..HEAD
git log -L 1,2:src/app.py
git log -S main
git diff
git diff HEAD~1
git diff --stat --cached
git diff --name-only HEAD~1 HEAD -- src
git diff -U10 main other
git show
git show HEAD:README.md
git show --stat HEAD~1
git shortlog -sn HEAD
git reflog
git reflog show -n 3
git rev-list --count HEAD
git rev-parse HEAD
git rev-parse --abbrev-ref HEAD
git rev-parse --show-toplevel
git blame README.md
git blame -L 1,2 -w README.md
git ls-files
git ls-files -o --exclude-standard
git ls-tree -r HEAD
git cat-file -p HEAD
git cat-file -t HEAD
git grep -n main
git grep -e main -- src
git describe --tags --always --dirty
git merge-base main other
git show-ref
git for-each-ref --sort=-committerdate --format='%(refname)' --count=3
git count-objects -v
git check-ignore -v README.md
git branch
git branch -avv
git branch --list 'o*'
git branch --show-current
git branch --merged main
git branch --contains HEAD
git tag
git tag -l 'v*'
git tag --list --sort=-creatordate
git remote
git remote -v
git worktree list
git stash list
git stash show -p
git config --get user.name
git config --list --show-origin
git --version
git version
python --version
python3 -V
make --version
bash --version
git log --oneline -5 | head -2
ls src && cat README.md; git status
cat README.md 2>/dev/null | sort -u | wc -l
(ls; pwd)
if git diff --quiet; then echo same; else echo other; fi
timeout 5 git log -1
LC_ALL=C ls -la
bash -c 'git log -1 && ls'
cat < README.md
ls # all files
! grep -q nothing README.md
git config user.name
cd src && ls -la
cd src && git status --short
test -f README.md
[ -d src ]
[ ! -e nothing ] && echo none
[ 1 -lt 2 ]
[ -n x -a -f README.md ]
if [ -f README.md ]; then cat README.md; fi
: nothing
printf '%s\\n' a b
sed 's/two/2/' README.md
sed -E 's|(o)ne|\\1|g' README.md
sed -n '/one/,/two/p' README.md
sed '/two/d' README.md
sed -n '$=' README.md
cat README.md | sed 's/o/0/g' | tr a-z A-Z
awk '{print $1}' README.md
awk -F: -v n=1 'NR == n {print $NF}' README.md
awk 'END {print NR}' README.md
echo '{"a": 1}' | jq -r .a
tar -tf nothing.tar
unzip -l nothing.zip
ps aux
uptime
free -h
hostname
seq 1 3
seq -s, 1 3
sleep 0
type ls
paste -d, notes.txt README.md
fold -w 10 README.md
rev README.md
strings -n 2 README.md
hexdump -C README.md
xxd -l 4 README.md
base64 README.md
base64 -d notes.txt
cksum README.md
expand -t 4 README.md
exit
sed -e 's/a/b/' -e 2p README.md
sed -ne 1,2p README.md
awk 'NR >= 1 || NR <= 2' README.md
column -t README.md
git cherry -v main other
git diff-tree --no-commit-id --name-only -r HEAD
""".splitlines()

REFUSED = {
    # What one of several commands does, and what only the shell knows.
    "ls; rm x": "rm is not on the list",
    "ls && rm x": "rm is not on the list",
    "ls || rm x": "rm is not on the list",
    "ls & rm x": "rm is not on the list",
    "ls | sh": "sh is not on the list",
    "ls |& sh": "sh is not on the list",
    "git status\nrm x": "rm is not on the list",
    "git log > out": "a redirection",
    "git show HEAD:x >> ~/.bashrc": "a redirection",
    "ls >| x": "a redirection",
    "ls 2> x": "a redirection",
    "ls &> x": "a redirection",
    "(ls) > x": "a redirection",
    "cat <(touch x)": "touch is not on the list",
    "cat <(ls)": "a command substitution",
    "cat <<E\n$(touch x)\nE": "touch is not on the list",
    "ls $(touch x)": "touch is not on the list",
    "ls `touch x`": "touch is not on the list",
    'ls "$(touch x)"': "touch is not on the list",
    "ls $(ls)": "a command substitution",
    "cat$IFS/etc/passwd": "an expansion",
    "echo ${a:=x}": "an expansion",
    "echo ${x@P}": "an expansion",
    "cat < $x": "an expansion",
    "echo $'\\x69\\x64'": "an encoded string",
    "(touch x)": "touch is not on the list",
    "{ touch x; }": "touch is not on the list",
    "if ls; then rm x; fi": "rm is not on the list",
    "for x in a b; do cat $x; done": "an expansion",
    "f() { ls; }; f": "f is not on the list",
    "ls {a,b}": "a brace",
    "cat *": "a glob",
    "cat ?": "a glob",
    "ls ~root": "a home directory",
    "[[ x =~ y ]]": "a test",
    "((1))": "a test or arithmetic",
    "PAGER=sh git log": "an assignment",
    "GIT_SSH_COMMAND=sh git log": "an assignment",
    "LD_PRELOAD=./x.so ls": "an assignment",
    "X=1": "X=1 is not on the list",
    "TZ=UTC\recho x": "U+000D",
    "ls\u3000-l": "U+3000",
    "grep ^x README.md" + " " * 300 + "; rm x": "rm is not on the list",
    'echo "\\"; touch x; echo \\""x;touch x': "touch is not on the list",
    "cu\\\nrl x": "it cannot be read",
    "ls '": "it cannot be read",
    "ls; )": "it cannot be read",
    "": "no command",
    # Programs that are not on the list.
    "rm x": "rm is not on the list",
    "touch x": "touch is not on the list",
    "mv a b": "mv is not on the list",
    "cp a b": "cp is not on the list",
    "mkdir x": "mkdir is not on the list",
    "tee x": "tee is not on the list",
    "./ls": "./ls is not on the list",
    "/bin/ls": "/bin/ls is not on the list",
    "env": "env is not on the list",
    "env curl x": "curl is only read-only as",
    "printenv": "printenv is not on the list",
    "sudo ls": "sudo is not on the list",
    "timeout 5 rm x": "rm is not on the list",
    "nohup rm x": "rm is not on the list",
    "nice rm x": "rm is not on the list",
    "time rm x": "rm is not on the list",
    "xargs rm": "words that are not known before",
    "watch ls": "watch is not on the list",
    "exec rm x": "rm is not on the list",
    "eval rm x": "rm is not on the list",
    "source x": "source is not on the list",
    ". x": ". is not on the list",
    "export PAGER=sh": "export is not on the list",
    "alias ls=rm": "alias is not on the list",
    "trap ls EXIT": "trap is not on the list",
    "curl example.org": "curl is only read-only as",
    "nslookup example.org": "nslookup is not on the list",
    "ping -c1 example.org": "ping is not on the list",
    "npm test": "npm is not on the list",
    "npm --version": "npm is not on the list",
    "yarn --version": "yarn is not on the list",
    "cargo --version": "cargo is not on the list",
    "go version": "go is not on the list",
    "awk 'BEGIN{system(\"id\")}'": "may run something",
    "less README.md": "less is not on the list",
    "man -P id ls": "man is not on the list",
    "tar -xf x.tar": "tar is only read-only as",
    "tar -tf host:x": "tar is only read-only as",
    "tar -tf x.tar --to-command=id": "tar is only read-only as",
    "ps auxe": "of ps only",
    "docker ps": "docker is only read-only as",
    "hostname evil": "takes no arguments",
    "while true": "it cannot be read",
    "! rm x": "rm is not on the list",
    # Options that write, run or are not known.
    "ls --unknown": "ls --unknown is not known",
    "ls -lZ": "ls -Z is not known",
    "ls --all=x": "ls --all is not known",
    "sort -o out in": "sort -o is not known",
    "sort -uo out in": "sort -o is not known",
    "sort -oout in": "sort -o is not known",
    "sort --output=out in": "sort --output is not known",
    "sort --outp=out in": "sort --outp is not known",
    "sort --compress-program=sh in": "sort --compress-program is not known",
    "sort -T /tmp in": "sort -T is not known",
    "sort \\-o out in": "sort -o is not known",
    "sort '-o' out in": "sort -o is not known",
    "sort -k -o out": "looks like an option",
    "uniq in out": "writes to its second file",
    "tree -o out": "tree -o is not known",
    "tree -R -L 1": "tree -R is not known",
    "tree -Lo 2 out": "tree -L needs its value as a word of its own",
    "file -C -m x": "file -C is not known",
    "date -s 2020-01-01": "date -s is not known",
    "date --set=2020-01-01": "date --set is not known",
    "date 01010000": "date sets the clock",
    "tail -f x": "tail -f is not known",
    "tail --follow=name x": "tail --follow is not known",
    "rg --pre ./evil x": "rg --pre is not known",
    "rg --pre=./evil x": "rg --pre is not known",
    "rg \\--pre=sh x": "rg --pre is not known",
    "rg --hostname-bin=./evil x": "rg --hostname-bin is not known",
    "rg -z x": "rg -z is not known",
    "rg --search-zip x": "rg --search-zip is not known",
    "find . -delete": "find -delete is not known",
    "find . -name x -exec sh -c id ';'": "find -exec is not known",
    "find . -execdir id +": "find -execdir is not known",
    "find . -ok rm ';'": "find -ok is not known",
    "find . -okdir rm ';'": "find -okdir is not known",
    "find . -fprint out": "find -fprint is not known",
    "find . -fprintf out x": "find -fprintf is not known",
    "find . -fls out": "find -fls is not known",
    "find -files0-from x": "find -files0-from is not known",
    "find . -name": "find -name is not known",
    "sed -i s/a/b/ x": "sed is only read-only as",
    "sed s/a/b/w x": "sed is only read-only as",
    "sed 's/a/b/w out' x": "sed is only read-only as",
    "sed 's/[/]/x/w out' x": "sed is only read-only as",
    "sed 's/a/b/\nw out' x": "sed is only read-only as",
    "sed '1p;w out' x": "sed is only read-only as",
    "sed '/a/w out' x": "sed is only read-only as",
    "sed 'r /etc/passwd' x": "sed is only read-only as",
    "sed -n -i 1p x": "sed is only read-only as",
    "sed -s 1p x": "sed is only read-only as",
    "sed -e p -e 'w out' x": "sed is only read-only as",
    "sed -e": "sed is only read-only as",
    "sed -ie p x": "sed is only read-only as",
    "awk '1 ||| \"sh\"'": "may run something",
    "awk '{print >>= \"out\"}'": "may run something",
    "awk '{print > \"out\"}' x": "may run something",
    "awk 'BEGIN{ARGV[1]=\"/etc/passwd\"; ARGC=2} 1'": "may run something",
    "awk -f x y": "awk -f is not known",
    "awk -i inplace 1 x": "awk -i is not known",
    "jq -f x y": "jq -f is not known",
    "jq env": "may read other files",
    "jq 'import \"/etc/x\" as $x; 1' y": "may read other files",
    "cd": "cd is only read-only as",
    "cd -": "cd is only read-only as",
    "cd -P src": "cd is only read-only as",
    "test -v 'a[0]'": "not every test",
    "[ -v x ]": "not every test",
    "[ -f x": "without a ]",
    "printf -v x y": "printf is only read-only as",
    "printf -- -v": "printf is only read-only as",
    "unzip x.zip": "unzip is only read-only as",
    "unzip -l x.zip -d y": "unzip is only read-only as",
    "xxd a b": "writes to its second file",
    "xxd -r a": "xxd -r is not known",
    "base64 -o out x": "base64 -o is not known",
    "fd -x rm": "fd -x is not known",
    "fd -l": "fd -l is not known",
    "sed -n 'w out' x": "sed is only read-only as",
    "sed -n '1,2w out' x": "sed is only read-only as",
    "sed -n 's/x/id/e' x": "sed is only read-only as",
    "sed -n 1p -i x": "sed is only read-only as",
    "sed -n 1p x -i": "sed is only read-only as",
    "sed -n -f script x": "sed is only read-only as",
    "command rm x": "rm is not on the list",
    "command -p rm x": "rm is not on the list",
    "pwd x": "takes no arguments",
    "python -c 1": "python is only read-only as",
    "python x.py": "python is only read-only as",
    "make": "make is only read-only as",
    "bash -c 'rm x'": "rm is not on the list",
    "bash x": "bash is only read-only as",
    "head -n": "head -n has no value",
    # git.
    "git": "git is not on the list",
    "git commit -m x": "git commit is not on the list",
    "git push": "git push is not on the list",
    "git fetch": "git fetch is not on the list",
    "git checkout .": "git checkout is not on the list",
    "git ls-remote origin": "git ls-remote is not on the list",
    "git help log": "git help is not on the list",
    "git -c core.pager=id log": "git -c is not on the list",
    "git -ccore.pager=id log": "git -ccore.pager=id is not on the list",
    "git --config-env=a=B log": "git --config-env=a=B is not on the list",
    "git -C /tmp log": "git -C is not on the list",
    "git -p log": "git -p is not on the list",
    "git --paginate log": "git --paginate is not on the list",
    "git --exec-path=/tmp log": "git --exec-path=/tmp is not on the list",
    "git --git-dir=.evil log": "git --git-dir=.evil is not on the list",
    "git --work-tree=/ status": "git --work-tree=/ is not on the list",
    "git log --output=out": "git log --output is not known",
    "git diff --output out": "git diff --output is not known",
    "git diff --ext-diff": "git diff --ext-diff is not known",
    "git show --textconv": "git show --textconv is not known",
    "git diff --no-index a b": "git diff --no-index is not known",
    "git log --show-signature": "git log --show-signature is not known",
    "git log --format='%G?'": "makes git run gpg",
    "git log --pretty='%+GS'": "makes git run gpg",
    "git for-each-ref --format='%(signature)'": "makes git run gpg",
    "git grep -Oless x": "git grep -O is not known",
    "git grep --open-files-in-pager=sh x": "git grep --open-files-in-pager is not known",
    "git cat-file --filters HEAD:x": "git cat-file --filters is not known",
    "git branch new": "without --list",
    "git branch -D other": "git branch -D is not known",
    "git branch -l new": "git branch -l is not known",
    "git branch --abbrev new": "without --list",
    "git branch -v new": "without --list",
    "git branch --edit-description": "git branch --edit-description is not known",
    "git tag v2": "without --list",
    "git tag -d v1": "git tag -d is not known",
    "git tag -n v2": "without --list",
    "git remote add x y": "of git remote only git remote get-url is read-only",
    "git remote show origin": "of git remote only",
    "git remote update": "of git remote only",
    "git worktree add x": "of git worktree only",
    "git worktree": "of git worktree only",
    "git stash": "of git stash only git stash list and git stash show are read-only",
    "git stash pop": "of git stash only",
    "git stash -p list": "of git stash only",
    "git reflog expire --all": "of git reflog only",
    "git reflog delete HEAD@2": "of git reflog only",
    "git config user.name x": "git config is only read-only with",
    "git config --unset user.name": "git config --unset is not known",
    "git config --edit": "git config --edit is not known",
    "git config --get x --file=/etc/shadow": "git config --file is not known",
    "git blame --contents=/etc/shadow x": "git blame --contents is not known",
}

PATHS = {
    "cat a ../b": ("a", "../b"),
    "grep -rn /api/v1 src": ("src",),
    "grep -f patterns x": ("patterns", "x"),
    "grep -e a -- -x": ("a", "-x"),
    "rg --files /etc": ("/etc",),
    "rg pattern /etc": ("/etc",),
    "find /etc . -newer /x -name /y": ("/etc", ".", "/x"),
    "sed -n 1p /etc/hosts": ("/etc/hosts",),
    "git log -- src /etc": ("src", "/etc"),
    "git grep /etc src": ("src",),
    "ls --hide=x /": ("x", "/"),
    "echo /etc": (),
    "basename /etc/hosts": (),
    "cd /etc": ("/etc",),
    "[ -f /etc/hosts ]": ("/etc/hosts",),
    "test /etc/hosts -nt x -a -n /y": ("/etc/hosts", "x"),
    "sed s,/a,/b, /etc/hosts": ("/etc/hosts",),
    "awk '/x/ {print}' /etc/hosts n=1": ("/etc/hosts",),
    "jq .a /etc/x.json": ("/etc/x.json",),
    "tar tzf ../x.tgz": ("../x.tgz",),
    "tr /a /b": (),
}


@pytest.mark.parametrize("command", ALLOWED)
def test_a_reading_command_is_read_only(command: str) -> None:
    assert is_read_only_command(command) == (True, "")


@pytest.mark.parametrize(("command", "reason"), REFUSED.items())
def test_any_other_command_is_not(command: str, reason: str) -> None:
    allowed, why = is_read_only_command(command)
    assert not allowed
    assert reason in why


@pytest.mark.parametrize(("command", "paths"), PATHS.items())
def test_the_files_that_a_command_reads(command: str, paths: tuple[str, ...]) -> None:
    assert check(shlex.split(command)) == (None, list(paths))


def test_the_allowed_commands_change_nothing(
    tmp_path: Path, make_repository: Callable[[Path], Path]
) -> None:
    root = make_repository(tmp_path / "repository")
    before = canaries(root)
    ran = [run(command, root).returncode for command in ALLOWED if is_here(command)]
    assert canaries(root) == before
    assert len(ran) > 100
    assert ran.count(0) > 0.9 * len(ran), "most of the table should be commands that work"


@pytest.fixture(scope="module")
def repository(
    tmp_path_factory: pytest.TempPathFactory, make_repository: Callable[[Path], Path]
) -> Path:
    """Return a repository that no test may change."""
    return make_repository(tmp_path_factory.mktemp("canaries") / "repository")


PROGRAMS = [
    "sort",
    "uniq",
    "find",
    "ls",
    "cat",
    "head",
    "diff",
    "date",
    "sed -n",
    "grep x",
    "rg x",
    "od",
    "cut -f1",
]
PROGRAMS += [
    f"git {name}"
    for name in ("branch", "tag", "log", "diff", "stash", "remote", "config", "reflog")
]
PROGRAMS += ["sed", "awk", "tar", "tar -tf", "unzip", "xxd", "base64", "test", "printf", "jq", "fd"]
WORDS = [
    "-o",
    "-oout",
    "out",
    "README.md",
    "notes.txt",
    "--output=out",
    "--output",
    "-delete",
    "-exec",
    "-fprint",
]
WORDS += [
    "-i",
    "-n",
    "-u",
    "-f",
    "-d",
    "-D",
    "-m",
    "-l",
    "-v",
    "-p",
    "-a",
    "-w",
    "-L",
    "-t",
    "-k",
    "-s",
    "--",
    "-",
    "1",
]
WORDS += [
    "1p",
    "1w out",
    "+%F",
    "new",
    "--list",
    "--abbrev",
    "--sort",
    "--format",
    "--get",
    "list",
    "show",
    "drop",
    "pop",
]
WORDS += [
    "user.name",
    "-uo",
    "-no",
    "--merged",
    "--contains",
    "HEAD",
    "--compress-program=touch out",
    "--color",
    ".",
]
WORDS += [
    "s/o/0/",
    "s/o/0/w out",
    "s/o/touch out/e",
    "s/[/]/x/w out",
    "/o/w out",
    "1e touch out",
    "p;w out",
    "{print}",
    '{print > "out"}',
    'BEGIN {system("touch out")}',
    "-xf",
    "-cf",
    "-e",
    "-E",
    "-r",
    "-c",
    "-I",
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PROGRAMS), st.lists(st.sampled_from(WORDS), max_size=4))
def test_no_command_that_is_read_only_changes_anything(
    repository: Path, program: str, words: list[str]
) -> None:
    command = " ".join([program, *(f"'{word}'" if " " in word else word for word in words)])
    if is_read_only_command(command)[0] and is_here(command):
        before = canaries(repository)
        run(command, repository)
        assert canaries(repository) == before
