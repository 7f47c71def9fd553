"""What is found in a command line: its commands, what is set for them, where they run, and which files they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.permissions.command_line import CommandLine, analyse, is_read_only_command
from pycode.permissions.parts import Part

HOME = "/home/u"


def commands(text: str, role: str = "command") -> list[str]:
    """Return the commands of a line in a role, their words joined by blanks."""
    return [" ".join(part.argv) for part in line(text).parts if part.role == role]


def line(text: str) -> CommandLine:
    return analyse(text, HOME, "/w")


def last(text: str) -> Part:
    return [part for part in line(text).parts if part.role != "suspect"][-1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ls -l", ["ls -l"]),
        ("a; b && c || d | e & f", ["a", "b", "c", "d", "e", "f"]),
        ("a\nb\n\n c", ["a", "b", "c"]),
        ("(a; b); { c; }", ["a", "b", "c"]),
        ("a $(b c) `d`", ["b c", "d", "a $(…) $(…)"]),
        ("diff <(a) >(b)", ["a", "b", "diff <(…) >(…)"]),
        ("X=1 Y=2 a b", ["a b"]),
        ("'cu'rl \"x y\"", ["curl x y"]),
        ("c\\url x", ["curl x"]),
        ("$'\\x63url' $'a\\tb\\101\\u00e9'", ["curl a\tbAé"]),
        ("a > b 2>&1 c", ["a c"]),
        ("a # ; b", ["a"]),
        ("a#b ; c", ["a#b", "c"]),
        ("cat <<'E'\nrm x\nE\nls", ["cat", "ls"]),
        ("cat <<-E\n\trm x\n\tE\nls", ["cat", "ls"]),
        ("cat <<A <<'B'\n$(x)\nA\n$(y)\nB\nls", ["x", "cat", "ls"]),
        ("cat <<E; b\nx\nE", ["cat", "b"]),
        ("cat <<E\na\\\nE\nb\nE\nc", ["cat", "c"]),
        ("echo $((1<<E))\nb\nE", ["echo $((…))", "b", "E"]),
        ("$((a; b) )", ["a", "b", "$(…)"]),
        ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("while a; do b; done; until c; do d; done", ["a", "b", "c", "d"]),
        ("for x in 1 2; do a $x; done", ["a 1", "a 2"]),
        ("for x; do a; done; for ((;;)) { b; }", ["a", "b"]),
        ("case x in a|b) c;; (d) e;& *) f; esac", ["c", "e", "f"]),
        ("f() { a; }; function g { b; }; function h() ( c )", ["a", "b", "c"]),
        ("coproc a b; coproc N { c; }", ["a b", "c"]),
        ("! a; time -p b | c", ["a", "b", "c"]),
        ("[[ -f x && ( $y =~ z ) ]]; ((i++))", ["[[ -f x $y =~ z", "[[ i++"]),
        ("a=(1 $(b)) c", ["b", "c"]),
        ("declare -a x=(1 2); a", ["declare -a x=$((…))", "a"]),
        ("a{b,c}d {e..g} {h", ["abd acd e f g {h"]),
        ('a {b,{c,d}} "{e,f}" {g}', ["a b c d {e,f} {g}"]),
        ("a ~/x ~ ~u 'b'~", ["a /home/u/x /home/u ~u b~"]),
        ("a $HOME/x ${HOME}", ["a /home/u/x /home/u"]),
        ("", []),
        ("# nothing", []),
    ],
)
def test_the_commands_of_a_line(text: str, found: list[str]) -> None:
    names = [name for name in commands(text) if "=" not in name.split(" ")[0]]
    assert names == found


@pytest.mark.parametrize(
    "text",
    [
        "a 'b",
        'a "b',
        "a `b",
        "a $(b",
        "(a",
        "a)",
        "{ a",
        "if a",
        "fi",
        "a &&",
        "| a",
        "a ;; b",
        "for",
        "case x in",
        "a <",
        "cat << $x\nE",
        "f() a",
        "a=(b",
        "${",
        "$((1",
        "[[ a",
        "while a; do b",
        "a\\\nb c",
        'a "$\\\nx"',
        'a "$x\\\ny"',
        "$\\\n(a)",
        "X\\\n=1 a",
        "a $x\\\ny",
        "a (b)",
        "for ((a",
        "cat <<E $(a\nb)\nE",
    ],
)
def test_what_bash_would_not_read_either(text: str) -> None:
    assert "cannot be read" in line(text).unread
    assert all(part.role == "suspect" for part in line(text).parts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("timeout -k 1 5 a b", ["timeout -k 1 5 a b"]),
        ("env -i -u X A=1 nice -n 5 nohup a", 3),
        (
            "command -p a; builtin a; exec -a x a; setsid -w a; ionice -c3 a; stdbuf -oL a; time a",
            6,
        ),
        ("bash -c 'a; b'", ["bash -c a; b"]),
        ("eval 'a;' b", ["eval a; b"]),
        ("command -v a", []),
        ("bash --version", []),
        ("timeout --nothing 5 a", []),
        ("bash -c ''", []),
    ],
)
def test_wrappers_that_are_what_they_run(text: str, found: list[str] | int) -> None:
    wrappers = commands(text, "wrapper")
    assert (len(wrappers) if isinstance(found, int) else wrappers) == found


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("sudo -u x A=1 a b", ["a b"]),
        ("xargs -n 1 -I{} a {}", ["a {} …"]),
        ("printf 'b c' | xargs a", ["a b c"]),
        ("ssh -p 22 host a 'b; c'", ["a b", "c"]),
        ("watch -n 1 'a | b'", ["a", "b"]),
        ("find . -exec a {} \\; -execdir b +", ["a {}", "b"]),
        ("zsh -c 'a'", ["a"]),
        ("echo 'a b' | sh", ["a b"]),
        ("sh <<E\na\nE", ["a"]),
        ("sort --compress-program='a b'", ["a b"]),
        ("git -c core.pager='a b' log", ["a b"]),
    ],
)
def test_programs_that_run_others(text: str, inner: list[str]) -> None:
    assert commands(text, "inner") == inner


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("x=a; $x b", "a b"),
        ("x=a y=b; $x$y", "ab"),
        ("x='a b'; $x; ", "a b"),
        ("${x:-a} b", "a b"),
        ("$(echo a) b", "a b"),
        ("$(printf '%s\\x62' a)", "ab"),
        ("$(echo YQ== | base64 -d)", "a"),
        ("$(echo 61 | xxd -r -p)", "a"),
        ("$(echo ba | rev)", "ab"),
        ('f() { "$@"; }; f a b', "a b"),
        ("set -- a b; $1 $2", "a b"),
        ("for x in a; do $x; done", "a"),
        ("x=y; y=a; ${!x}", "a"),
        ("export x=a; $x", "a"),
        (": ${x:=a}; $x", "a"),
    ],
)
def test_words_that_are_put_together(text: str, argv: str) -> None:
    assert argv in commands(text)
    assert not any(part.literal for part in line(text).parts if " ".join(part.argv) == argv)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("git push $x", "git push "), ("a${x}b", "a"), ("$x", ""), ("a *", "a "), ("a", None)],
)
def test_how_a_command_surely_begins(text: str, prefix: str | None) -> None:
    assert last(text).prefix == prefix


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("a", ("/w",)),
        ("cd b && a", ("/w/b",)),
        ("cd b; a", ("/w", "/w/b")),
        ("cd b && cd c && a", ("/w/b/c",)),
        ("cd /b || a", ("/w", "/b")),
        ("cd && a", ("/home/u",)),
        ("(cd b); a", ("/w",)),
        ("cd b | a", ("/w",)),
        ("cd $x && a", None),
        ("cd - && a", None),
        ("for x in 1 2; do cd b; done; a", None),
        ("env -C b a", ("/w/b",)),
        ("bash -c 'cd b'; a", ("/w",)),
        ("eval 'cd b'; a", ("/w", "/w/b")),
        ("pushd b && a", ("/w/b",)),
        ("source x; a", None),
    ],
)
def test_where_a_command_runs(text: str, folders: tuple[str, ...] | None) -> None:
    assert last(text).folders == folders


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("a > b", ["w b"]),
        ("a >>'b c' <d", ["w b c", "r d"]),
        ("a >|b &>c &>>d 2> e {x}> f", ["w b", "w c", "w d", "w e", "w f"]),
        ("a 2>&1 >&2 2>&- 3<&0-", []),
        ("a >& b", ["w b"]),
        ("a <> b", ["w b"]),
        ("cat <<E >x\nE", ["w x"]),
        ("> ~/x", ["w /home/u/x"]),
        ("(a; b) > c", ["w c"]),
        ("a < <(b)", []),
        ("cat <<< x", []),
    ],
)
def test_the_files_of_redirections(text: str, files: list[str]) -> None:
    found = [f"{'r' if item.read else 'w'} {item.path.value}" for item in line(text).redirected]
    assert found == files


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("X=1 a", ("X=1",)),
        ("LANG=C LC_ALL=C TZ=UTC NO_COLOR=1 a", ()),
        ("LANG=$(b) a", ("LANG=$(…)",)),
        ("env X=1 a", ("X=1",)),
        ("X=1 bash -c a", ("X=1",)),
        ("X=1; a", ()),
    ],
)
def test_what_is_set_for_a_command(text: str, noted: tuple[str, ...]) -> None:
    assert last(text).assignments == noted


def test_a_line_is_certain_when_two_readings_agree() -> None:
    assert line("ls | cat && (a 'b c')").certain
    assert line("ls").certain
    # tree-sitter reads these differently; they may be right, and a person looks at them.
    assert not line("cat <<E > out; ls\nx\nE").certain
    assert not line("ls `a`").certain


@given(st.text("ab '\"\\;|&<>()$`#\n={},*[]!~x", max_size=24))
def test_any_line_can_be_read(command: str) -> None:
    found = line(command)
    assert found.unread or found.refused or all(part.argv for part in found.parts)
    assert found.problem() is None or not is_read_only_command(command)[0]


PLAIN = st.text("ab-/. ", max_size=5)


@given(PLAIN, st.sampled_from("`\r*?\u3000\x1b\0><()"), PLAIN)
def test_a_metacharacter_outside_quotes_is_never_read_only(
    before: str, character: str, after: str
) -> None:
    allowed, _ = is_read_only_command(f"ls {before}{character}{after}")
    assert not allowed or character == "<"
