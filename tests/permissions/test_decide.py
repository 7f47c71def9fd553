"""One table for each step of the decision, and one for the modes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pycode.permissions.decide import MODE_TABLE, Decision, decide
from pycode.permissions.request import Context, Mode, Request, strictest
from pycode.permissions.rules import Action, Rule, Source, parse_rule_text, parse_rules

MODES: tuple[Mode, ...] = ("default", "confirm", "plan", "bypass")
LINKS = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


def read(path: str) -> Request:
    return Request("read", [], [path], read_only=True)


def edit(path: str) -> Request:
    return Request("edit", [], [path])


def bash(command: str, workdir: str | None = None, always: Sequence[str] = ()) -> Request:
    return Request("bash", [command], [workdir] if workdir else [], always)


REPEAT = Request("doom_loop", ["bash"], read_only=True)
TOOL = Request("my_tool", ["*"])
READING_TOOL = Request("my_tool", ["*"], read_only=True)


def rules(*texts: str, source: Source = "user") -> list[Rule]:
    """Return rules from `action key(pattern)`."""
    made: list[Rule] = []
    for text in texts:
        action, _, rest = text.partition(" ")
        known: dict[str, Action] = {"allow": "allow", "ask": "ask", "deny": "deny"}
        made.append(parse_rule_text(rest, known[action], source))
    return made


def judge(
    context: Context,
    request: Request,
    *given_rules: Rule,
    mode: Mode = "default",
    answers: Sequence[Rule] = (),
) -> Decision:
    return decide(request, replace(context, rules=given_rules, answers=answers, mode=mode))


# Step 1: hard limits


@pytest.mark.parametrize(
    ("request_", "mode", "reason"),
    [
        (edit("src/app.py"), "plan", "plan mode changes nothing"),
        (bash("rm x"), "plan", "rm is not on the list"),
        (bash("git log > x"), "plan", "a redirection"),
        (TOOL, "plan", "my_tool may"),
        (edit(".git/hooks/pre-commit"), "default", "is protected"),
        (edit(".git/config"), "bypass", "is protected"),
        (edit("sub/.git/config"), "default", "is protected"),
        (edit(".GIT/Config"), "default", "is protected"),
        (edit("src/../.git/config"), "default", "is protected"),
        (edit("~/.bashrc"), "default", "is protected"),
        (bash("echo x > .git/hooks/pre-commit"), "default", "is protected"),
        (bash("ls && echo x >>.git/config"), "bypass", "is protected"),
        (Request("my_tool", ["*"], [".git/config"]), "default", "is protected"),
        (read("a\0b"), "default", "NUL"),
    ],
)
def test_hard_limits_deny_whatever_was_allowed(
    context: Context, request_: Request, mode: Mode, reason: str
) -> None:
    everything = rules("allow *")
    decision = judge(context, request_, *everything, mode=mode, answers=everything)
    assert (decision.action, decision.step) == ("deny", 1)
    assert reason in decision.reason


def test_the_organisation_denies_first(context: Context) -> None:
    managed = rules("deny bash(curl *)", source="managed")
    decision = judge(context, bash("curl x"), *rules("deny bash"), *managed, mode="bypass")
    assert (decision.action, decision.step, decision.rule) == ("deny", 1, managed[0])
    assert decision.reason == "your organisation's rule bash(curl *) denies it"


@LINKS
def test_a_link_to_a_protected_name_is_protected(context: Context) -> None:
    (context.root / "innocent").symlink_to(context.root / ".git")
    assert judge(context, edit("innocent/config")).step == 1


@LINKS
@pytest.mark.parametrize("command", ["git status", "git log", "git diff"])
def test_plan_runs_no_git_that_the_repository_could_hijack(context: Context, command: str) -> None:
    assert judge(context, bash(command), mode="plan").action == "allow"
    (context.root / ".git" / "config").write_text(
        "[core]\n\tfsmonitor = ./evil\n", encoding="utf-8"
    )
    decision = judge(context, bash(command), mode="plan")
    assert (decision.action, decision.step) == ("deny", 1)
    assert "fsmonitor" in decision.reason


# Step 2: any deny


@pytest.mark.parametrize(
    ("own", "request_", "expected"),
    [
        (["deny bash(rm *)"], bash("rm x"), "deny"),
        (["deny bash(rm *)"], bash("rm"), "deny"),
        (["deny bash(rm *)"], bash("rmdir x"), "allow"),
        (["deny bash(rm *)"], bash("ls; rm x"), "deny"),
        (["deny bash(rm *)"], bash("ls\nrm x"), "deny"),
        (["deny bash(rm *)"], bash("echo $(rm x)"), "deny"),
        (["deny bash(rm *)"], bash("X=1 rm x"), "deny"),
        (["deny bash(rm *)"], bash("> y rm x"), "deny"),
        (["deny bash(rm *)"], bash("'rm' x"), "deny"),
        (["deny bash(rm *)"], bash("r\\m x"), "deny"),
        (["deny bash(rm *)"], bash("r\\\nm x"), "deny"),
        (["deny bash(rm *)"], bash("true && " * 60 + "rm x"), "deny"),
        (["deny bash(rm *)"], bash("cat <<'E'\nrm x\nE"), "allow"),
        (["deny bash", "allow bash(ls *)"], bash("ls -l"), "allow"),
        (["deny bash", "allow bash(ls *)"], bash("ls -l; rm x"), "deny"),
        (["deny bash", "allow bash(ls *)"], bash("ls > x"), "allow"),
        (["deny bash", "allow bash(ls *)", "deny edit"], bash("ls > x"), "deny"),
        (["allow bash(ls *)", "deny bash"], bash("ls -l"), "deny"),
        (["deny edit"], edit("src/app.py"), "deny"),
        (["deny edit"], bash("echo > src/app.py"), "deny"),
        (["deny edit(src/**)"], edit("src/app.py"), "deny"),
        (["deny edit(src/**)"], edit("vendor/src/app.py"), "allow"),
        (["deny edit(src)"], edit("src/deep/app.py"), "deny"),
        (["deny read(src/**)"], read("src/app.py"), "deny"),
        (["deny read(src/**)"], bash("cat src/app.py"), "deny"),
        (["deny read(src/**)"], Request("grep", [], ["src"], read_only=True), "deny"),
        (["deny read(*.py)"], read("src/../src/app.py"), "deny"),
        (["deny external_directory"], read("/etc/hosts"), "deny"),
        (["deny external_directory(/etc)"], bash("cat /etc/hosts"), "deny"),
        (["deny doom_loop"], REPEAT, "deny"),
        (["deny my_tool"], TOOL, "deny"),
        (["deny my_*"], TOOL, "deny"),
        (["deny *"], READING_TOOL, "deny"),
    ],
)
def test_a_deny_denies(
    context: Context, own: list[str], request_: Request, expected: Action
) -> None:
    everything = rules("allow *", source="answer")
    decision = judge(context, request_, *rules(*own), answers=everything)
    assert decision.action == expected
    assert (decision.step == 2) is (expected == "deny")


@pytest.mark.parametrize("source", ["user", "agent", "agent_default", "repository", "hook"])
def test_a_deny_of_any_source_denies(context: Context, source: Source) -> None:
    others: tuple[Source, ...] = ("managed", "user", "agent", "hook")
    allowed = [rule for other in others for rule in rules("allow bash", source=other)]
    denied = rules("allow bash", "deny bash(rm *)", source=source)
    kept = [rule for rule in allowed if rule.source != source]
    decision = judge(context, bash("rm x"), *kept, *denied, mode="bypass")
    assert (decision.action, decision.step, decision.rule) == ("deny", 2, denied[1])


@LINKS
def test_a_deny_holds_for_both_names_of_a_file(context: Context) -> None:
    (context.root / "notes.txt").symlink_to(context.root / "src" / "app.py")
    assert judge(context, read("notes.txt"), *rules("deny read(src/**)")).action == "deny"
    assert judge(context, read("notes.txt"), *rules("deny read(notes.txt)")).action == "deny"
    by_name = rules("deny read", "allow read(notes.txt)")
    assert judge(context, read("notes.txt"), *by_name).action == "deny"


@pytest.mark.parametrize(
    ("command", "action"),
    [
        ("$x y", "ask"),
        ("cu$x y", "ask"),
        ("/usr/bin/$x y", "ask"),
        ("git $x", "ask"),
        ("git push $x", "deny"),
        ("git log $x", "allow"),
        ("ls $x", "allow"),
        ("ls *", "allow"),
    ],
)
def test_a_deny_that_may_be_meant_asks(context: Context, command: str, action: Action) -> None:
    denied = rules("deny bash(curl *)", "deny bash(git push *)")
    decision = judge(context, bash(command), *denied)
    assert decision.action == action
    if action == "ask":
        assert "may mean it" in decision.reason


def test_a_denied_name_in_a_line_that_is_not_read_asks_even_in_bypass(context: Context) -> None:
    long = "echo " + "a" * 10_000
    denied = rules("deny bash(curl *)")
    assert judge(context, bash(long), *denied, mode="bypass").action == "allow"
    decision = judge(context, bash(f"{long}; curl x"), *denied, mode="bypass")
    assert (decision.action, decision.step) == ("ask", 3)


# Step 3: asks that no answer lifts


@pytest.mark.parametrize("source", ["managed", "repository", "hook"])
def test_some_asks_cannot_be_lifted(context: Context, source: Source) -> None:
    asked = rules("ask bash(git push *)", source=source)
    everything = rules("allow *", source="flag")
    for mode in ("default", "bypass"):
        decision = judge(context, bash("git push x"), *asked, mode=mode, answers=everything)
        assert (decision.action, decision.step, decision.rule) == ("ask", 3, asked[0])
        assert decision.remedy == ""


# Step 4: answers


@pytest.mark.parametrize(
    ("answer", "request_", "action"),
    [
        ("external_directory(/etc/hosts)", read("/etc/hosts"), "allow"),
        ("external_directory(/etc/hosts)", read("/etc/passwd"), "ask"),
        ("external_directory(/etc)", read("/etc/passwd"), "ask"),
        ("external_directory(/etc/**)", read("/etc/passwd"), "allow"),
        ("external_directory(/etc/)", bash("cat /etc/passwd | head"), "allow"),
        ("read(/etc/**)", read("/etc/hosts"), "ask"),
        ("doom_loop(bash)", REPEAT, "allow"),
        ("doom_loop(read)", REPEAT, "ask"),
        ("read(.env)", read(".env"), "allow"),
        ("edit(.env)", read(".env"), "ask"),
        ("bash(git push *)", bash("git push origin"), "allow"),
        ("bash(git push *)", bash("git push 'a b'"), "allow"),
        ("bash(git push *)", bash("git push; rm x"), "ask"),
        ("bash(git push *)", bash("git push\nrm x"), "ask"),
        ("bash(git push *)", bash("git push $(rm x)"), "ask"),
        ("bash(git push *)", bash("git push > src/x"), "allow"),
        ("bash(git push *)", bash("git push > /etc/x"), "ask"),
        ("bash(git push *)", bash("git push & rm x"), "ask"),
        ("bash(git push *)", bash("X=1 git push"), "ask"),
        ("bash(git push *)", bash('"git" push'), "allow"),
        ("bash(git pu?h)", bash("git push"), "ask"),
        ("bash(git sta?us)", bash("git status"), "allow"),
        ("bash(git *)", bash("git push"), "ask"),
        ("bash(git push; ls)", bash("git push; ls"), "allow"),
        ("bash(ls \\*.py)", bash("ls *.py"), "allow"),
        ("bash(ls *.py)", bash("ls *.py"), "allow"),
        ("bash(ls *.py)", bash("ls a.py; b.py"), "ask"),
        ("bash", bash("git push; ls"), "allow"),
    ],
)
def test_an_answer_lifts_the_users_ask_and_the_modes(
    context: Context, answer: str, request_: Request, action: Action
) -> None:
    asks = rules("ask bash") if request_.permission == "bash" and "etc" not in answer else []
    decision = judge(context, request_, *asks, answers=rules(f"allow {answer}", source="answer"))
    assert decision.action == action
    assert (decision.step == 4) is (action == "allow")


# Step 5: ask beats allow


@pytest.mark.parametrize(
    ("own", "action", "step"),
    [
        ({"user": ["ask bash"]}, "ask", 5),
        ({"user": ["ask bash", "allow bash(make *)"]}, "allow", 5),
        ({"user": ["allow bash(make *)", "ask bash"]}, "ask", 5),
        ({"user": ["ask bash"], "agent": ["allow bash"]}, "ask", 5),
        ({"user": ["allow bash"], "agent": ["ask bash"]}, "ask", 5),
        ({"user": ["allow bash"], "agent_default": ["ask bash"]}, "ask", 5),
        ({"user": ["allow bash"]}, "allow", 5),
        ({"hook": ["allow bash"]}, "allow", 5),
        ({"managed": ["allow bash"]}, "allow", 5),
        # These two only tighten: the mode decides, and it asks.
        ({"repository": ["allow bash"]}, "ask", 6),
        ({"agent_default": ["allow bash"]}, "ask", 6),
        ({"repository": ["allow bash"], "user": ["allow bash"]}, "allow", 5),
    ],
)
def test_an_ask_beats_an_allow(
    context: Context, own: dict[Source, list[str]], action: Action, step: int
) -> None:
    given_rules = [rule for source, texts in own.items() for rule in rules(*texts, source=source)]
    decision = judge(context, bash("make it"), *given_rules, mode="confirm")
    assert (decision.action, decision.step) == (action, step)
    bypassed = judge(context, bash("make it"), *given_rules, mode="bypass")
    assert bypassed.action == "allow"
    assert bypassed.step in (5, 6)


@LINKS
def test_an_allow_must_hold_for_both_names_of_a_file(context: Context) -> None:
    (context.root / "src" / "link").symlink_to(context.root / "README.md")
    allowed = rules("allow edit(src/**)")
    assert judge(context, edit("src/app.py"), *allowed, mode="confirm").action == "allow"
    assert judge(context, edit("src/link"), *allowed, mode="confirm").action == "ask"
    both = rules("allow edit(src/**)", "allow edit(README.md)")
    assert judge(context, edit("src/link"), *both, mode="confirm").action == "allow"


# Step 6: the mode's table

TABLE: list[tuple[str, Request, str]] = [
    # In the order of MODES: a(llow), ? (ask), d(eny).
    ("read", read("src/app.py"), "aaaa"),
    ("read a missing file", read("nothing/here"), "aaaa"),
    ("search", Request("grep", [], [], read_only=True), "aaaa"),
    ("read a secret", read(".env"), "???a"),
    ("read another secret", read("src/.env.local"), "???a"),
    ("read an example", read(".env.example"), "aaaa"),
    ("edit", edit("src/new.py"), "a?da"),
    ("edit a secret", edit(".env"), "??da"),
    ("a reading command", bash("cat src/app.py"), "a?aa"),
    ("a reading command on a secret", bash("cat .env"), "???a"),
    ("any command", bash("make | tee log"), "a?da"),
    ("a command that writes a file", bash("make > log"), "a?da"),
    ("a command that writes a secret", bash("echo > .env"), "??da"),
    ("null", bash("make > /dev/null 2>&1"), "a?da"),
    ("read outside", read("/etc/hosts"), "???a"),
    ("read above", read(".."), "???a"),
    ("read beside", read("../project-secrets/x"), "???a"),
    ("read at home", read("~/x"), "???a"),
    ("edit outside", edit("/etc/hosts"), "??da"),
    ("search outside", Request("glob", [], ["/etc"], read_only=True), "???a"),
    ("a reading command outside", bash("cat /etc/hosts"), "???a"),
    ("a reading command above", bash("ls .."), "???a"),
    ("reading commands outside", bash("cat /etc/hosts | head"), "???a"),
    ("a command outside", bash("make /etc/hosts | head"), "??da"),
    ("a command that talks to others", bash("curl example.org"), "??da"),
    ("a command that talks to this machine", bash("curl localhost:80"), "a?da"),
    ("a command as somebody else", bash("sudo make"), "??da"),
    ("a command that cannot be read", bash("make; )"), "??da"),
    ("a command in an unknown folder", bash("cd $X && make"), "a?da"),
    ("a character that nobody sees", bash("ls\u3000x"), "dddd"),
    ("a command at home", bash("ls $HOME | head"), "??da"),
    ("a command that writes outside", bash("make > ../x"), "??da"),
    ("a command in another folder", bash("make", "/etc"), "??da"),
    ("a command in a folder of the project", bash("make ../x", "src"), "a?da"),
    ("a command above that folder", bash("make ../../x", "src"), "??da"),
    ("a route, not a path", bash("make /nowhere/v1 . | head"), "a?da"),
    ("a repeated call", REPEAT, "???a"),
    ("a tool", TOOL, "a?da"),
    ("a reading tool", READING_TOOL, "aaaa"),
    ("a tool on a path outside", Request("my_tool", ["*"], ["/etc"], read_only=True), "???a"),
    ("a tool that asks for a folder", Request("external_directory", ["/etc"]), "???a"),
]


@pytest.mark.parametrize(("name", "request_", "expected"), TABLE)
def test_the_modes(context: Context, name: str, request_: Request, expected: str) -> None:
    found = "".join(
        {"allow": "a", "ask": "?", "deny": "d"}[judge(context, request_, mode=mode).action]
        for mode in MODES
    )
    assert found == expected, name


@LINKS
@pytest.mark.parametrize(
    "request_",
    [
        read("link"),
        read("link/"),
        edit("link"),
        bash("cat link"),
        bash("cat out/hosts"),
        bash("make", "out"),
    ],
)
def test_a_link_out_of_the_project_leads_outside(context: Context, request_: Request) -> None:
    (context.root / "link").symlink_to("/etc/hosts")
    (context.root / "out").symlink_to("/etc")
    decision = judge(context, request_)
    assert (decision.action, decision.permission) == ("ask", "external_directory")


@LINKS
def test_a_link_to_the_project_is_the_project(context: Context, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(context.root)
    other = Context(root=tmp_path / "link", directory=tmp_path / "link", home=context.home)
    assert judge(other, edit("src/app.py")).action == "allow"
    assert judge(context, read(str(tmp_path / "link" / "src" / "app.py"))).action == "allow"
    denied = rules("deny read(src/**)")
    assert judge(other, read(str(tmp_path / "link" / "src" / "app.py")), *denied).action == "deny"
    allowed = rules("allow edit(src/**)")
    there = edit(str(tmp_path / "link" / "src" / "app.py"))
    assert judge(context, there, *allowed, mode="confirm").action == "allow"


def test_a_relative_path_begins_at_the_working_directory(context: Context) -> None:
    below = replace(context, directory=context.root / "src")
    assert judge(below, read("../README.md")).action == "allow"
    assert judge(below, read("../../x")).action == "ask"
    assert judge(below, bash("cat ../README.md")).action == "allow"


def test_outputs_and_own_temporary_files_are_free_to_read(context: Context, tmp_path: Path) -> None:
    free = replace(context, readable=[tmp_path / "outputs"], temporary=tmp_path / "tmp")
    for path in ("outputs/a", "tmp/pycode-x/a"):
        assert judge(free, read(str(tmp_path / path))).action == "allow"
        assert judge(free, bash(f"cat {tmp_path / path}")).action == "allow"
        assert judge(free, edit(str(tmp_path / path))).action == "ask"
        assert judge(free, bash(f"rm {tmp_path / path}")).action == "ask"
    for path in ("outputs-not", "tmp", "tmp/other/pycode"):
        assert judge(free, read(str(tmp_path / path))).action == "ask"


def test_in_the_home_directory_commands_ask(context: Context) -> None:
    for root in (context.home, context.home.parent):
        at_home = Context(root=root, directory=root, home=context.home)
        assert judge(at_home, bash("make")).action == "ask"
        assert judge(at_home, bash("ls -la")).action == "allow"
        assert judge(at_home, bash("make"), mode="bypass").action == "allow"
        assert judge(at_home, read("x")).action == "allow"


def test_the_table_knows_every_mode() -> None:
    for kind, row in MODE_TABLE.items():
        assert set(row) == set(MODES), kind


# What a decision says


def test_a_question_names_what_and_how_to_allow_it(context: Context) -> None:
    decision = judge(context, read("/etc/hosts"))
    real = os.path.realpath("/etc/hosts")
    assert decision == Decision(
        "ask",
        6,
        f"{real} lies outside the project",
        None,
        f"To allow it: --allow 'external_directory({real})'",
        "external_directory",
        (real,),
        (Rule("external_directory", real, "allow", "answer"),),
    )


def test_always_stands_for_what_the_tool_offers(context: Context) -> None:
    decision = judge(context, bash("npm test -- a", always=["npm test *"]), *rules("ask bash"))
    assert decision.patterns == ("npm test -- a",)
    assert decision.grants == (Rule("bash", "npm test *", "allow", "answer"),)
    assert decision.remedy == "To allow it: --allow 'bash(npm test -- a)'"
    assert decision.reason == "your rule bash asks"


def test_several_questions_are_one(context: Context) -> None:
    decision = judge(context, bash("cat /etc/hosts /etc/group | sort"), *rules("ask bash"))
    assert decision.permission == "bash"
    assert decision.reason == (
        "your rule bash asks; /etc/hosts lies outside the project; /etc/group lies outside the project"
    )
    assert [str(rule) for rule in decision.grants] == [
        "bash(cat /etc/hosts /etc/group | sort)",
        "external_directory(/etc/hosts)",
        "external_directory(/etc/group)",
    ]
    allowed = judge(
        context,
        bash("cat /etc/hosts /etc/group | sort"),
        *rules("ask bash"),
        answers=decision.grants,
    )
    assert allowed.action == "allow"


REQUESTS = st.sampled_from([request for _, request, _ in TABLE])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(REQUESTS, st.sampled_from(MODES), st.sampled_from(["ask *", "ask bash", "ask edit"]))
def test_granting_what_was_asked_for_allows_it(
    context: Context, request_: Request, mode: Mode, own: str
) -> None:
    given_rules = rules(own)
    decision = judge(context, request_, *given_rules, mode=mode)
    if decision.action != "ask":
        return
    assert (
        judge(context, request_, *given_rules, mode=mode, answers=decision.grants).action == "allow"
    )
    import shlex

    flags = [word for word in shlex.split(decision.remedy) if "(" in word]
    by_flag = [parse_rule_text(flag) for flag in flags]
    assert judge(context, request_, *given_rules, mode=mode, answers=by_flag).action == "allow"


RULES = st.builds(
    Rule,
    st.sampled_from(["*", "bash", "edit", "read", "external_directory", "my_tool"]),
    st.sampled_from(["*", "make *", "src/**", "/etc/**", ".env", "cat *", "* | *"]),
    st.sampled_from(["allow", "ask", "deny"]),
    st.sampled_from(["repository", "agent_default"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(REQUESTS, st.sampled_from(MODES), st.lists(RULES, max_size=4))
def test_a_repository_can_only_tighten(
    context: Context, request_: Request, mode: Mode, brought: list[Rule]
) -> None:
    order = ["allow", "ask", "deny"]
    without = judge(context, request_, mode=mode)
    with_rules = judge(context, request_, *brought, mode=mode)
    assert order.index(with_rules.action) >= order.index(without.action)


def test_the_strictest_mode_wins() -> None:
    assert strictest("default", "plan") == "plan"
    assert strictest("plan", "bypass") == "plan"
    assert strictest("bypass", "default") == "default"
    assert strictest("confirm", "default", "bypass") == "confirm"


def test_a_link_that_cannot_be_read_asks(
    context: Context, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str, **_: object) -> str:
        raise PermissionError(13, "Permission denied", path)

    (project / "link").symlink_to("src")
    monkeypatch.setattr(os, "readlink", refused)
    for command in (f"frobnicate --in={project}/link", "cat link/app.py", "cd link && git status"):
        decision = decide(Request("bash", [command]), context)
        assert decision.action == "ask", command
    assert decide(Request("read", [], ["link/app.py"]), context).action == "deny"


def test_what_ran_before_is_judged_again_where_a_variable_changed(context: Context) -> None:
    rules = {"bash": {"*": "allow", "rm *": "deny"}}
    context.rules = parse_rules(rules, "user")
    line = "bash -c '$x y'; for x in rm; do :; done; bash -c '$x y'"
    assert decide(Request("bash", [line]), context).action == "deny"
