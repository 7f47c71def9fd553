"""`pycode sessions`: each subcommand as a person and as a program uses it."""

from __future__ import annotations

import io
import json
import os
import uuid
from pathlib import Path

import pytest
from tests.support.cli import Cli
from tests.support.sessions import MODEL, Turn, add, asked_and_answered, damage, write

from pycode.client.session_names import SessionNames
from pycode.core.parts import TextPart
from pycode.core.records import SessionInfo
from pycode.storage.sessions import DiskStore
from pycode.workspace.project import find_project

NO_ID = "ses_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"


def session(cli: Cli, question: str = "How?", title: str = "Some work") -> SessionInfo:
    """Write a session of the user's project."""
    project = find_project(cli.project)
    return write(
        cli.store,
        asked_and_answered(question, "So."),
        title=title,
        directory=project.directory,
        project=project.id,
    )


class TestList:
    """What there is."""

    def test_this_project_newest_first(self, cli: Cli) -> None:
        first, second = session(cli, title="One"), session(cli, title="Two\x1b[2J\nlines")
        write(cli.store, title="Elsewhere")
        said = cli("sessions", "list")
        assert [(row[0], row[3]) for row in said.rows] == [
            (second.id, "Two␛[2J lines"),
            (first.id, "One"),
        ]
        assert len(cli("sessions", "list", "--all").rows) == 3

    def test_as_json(self, cli: Cli) -> None:
        info = session(cli, title="Grüße 漢字")
        (row,) = cli("sessions", "list", "--json").json
        assert row["active"] >= info.updated
        assert {**row, "active": 0} == {**info.to_dict(), "active": 0}

    def test_a_limit_says_that_there_are_more(self, cli: Cli) -> None:
        for _ in range(3):
            session(cli)
        said = cli("sessions", "list", "-n", "2")
        assert (len(said.rows), "-n 0" in said.err) == (2, True)
        said = cli("sessions", "list", "-n", "0")
        assert (len(said.rows), said.err) == (3, "")

    def test_nothing(self, cli: Cli) -> None:
        said = cli("sessions", "list")
        assert (said.code, said.out) == (0, "")
        assert "no sessions in this project" in said.err
        assert cli("sessions", "list", "--json").json == []

    def test_many_archived_ones_do_not_use_up_the_limit(self, cli: Cli) -> None:
        kept = session(cli)
        for _ in range(6):
            cli.sessions.archive(session(cli).id)
        assert [row[0] for row in cli("sessions", "list", "-n", "1").rows] == [kept.id]
        assert len(cli("sessions", "list", "--archived").rows) == 7

    def test_of_another_directory(self, cli: Cli, tmp_path: Path) -> None:
        info = session(cli)
        inside = cli.project / "src"
        inside.mkdir()
        assert cli("sessions", "list", "--cwd", str(inside)).rows[0][0] == info.id
        assert cli("sessions", "list", "--cwd", str(tmp_path)).out == ""
        assert cli("sessions", "list", "--cwd", str(tmp_path / "no")).code == 2

    def test_without_home(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("HOME")
        monkeypatch.delenv("USERPROFILE")
        said = cli("sessions", "list")
        assert said.code == 2
        assert "set PYCODE_HOME" in said.err


class TestShow:
    """One session."""

    def test_facts_and_messages(self, cli: Cli) -> None:
        info = session(cli, "What is \x07this?")
        said = cli("sessions", "show", info.id)
        assert f"session      {info.id}" in said.out
        assert "1 prompts, 1 requests, 1 tool calls" in said.out
        assert "cost         $0.2500" in said.out
        assert "What is ␇this?" in said.out
        assert "  ✓ $ ls" in said.out
        assert MODEL in said.out

    def test_as_json(self, cli: Cli) -> None:
        info = session(cli)
        found = cli("sessions", "show", info.id, "--json").json
        assert found["session"] == info.to_dict()
        assert found["summary"]["usage"] == {"input": 100, "output": 10}
        assert [message["role"] for message in found["messages"]] == ["user", "assistant"]
        assert found["messages"][0]["parts"][0]["text"] == "How?"

    def test_the_beginning_of_an_id_is_enough(self, cli: Cli) -> None:
        info = session(cli)
        for text in (info.id[:15], info.id[4:15], info.id[:15].lower(), f" {info.id[:9]} "):
            assert cli("sessions", "show", text).code == 0, text

    def test_a_beginning_that_several_have(self, cli: Cli) -> None:
        first, second = session(cli), session(cli)
        said = cli("sessions", "show", "ses_7")
        assert said.code == 2
        assert "2 sessions begin with 'ses_7'" in said.err
        assert first.id in said.err
        assert second.id in said.err

    @pytest.mark.parametrize("text", [NO_ID, "", "../../etc/passwd", "ses_7\x1b[2J"])
    def test_an_unknown_id_names_the_nearest(self, cli: Cli, text: str) -> None:
        session(cli)
        said = cli("sessions", "show", text)
        assert said.code == 2
        assert "there is no session" in said.err
        assert "\x1b" not in said.err

    def test_a_mistyped_id(self, cli: Cli) -> None:
        info = session(cli)
        said = cli("sessions", "show", f"{info.id[:-1]}{'A' if info.id[-1] != 'A' else 'B'}")
        assert f"the nearest are {info.id}" in said.err

    def test_a_broken_log(self, cli: Cli) -> None:
        info = session(cli)
        broken = {"v": 1, "seq": 90, "time": 1, "kind": "message", "id": "m", "data": {}}
        damage(cli.store, info.id, "\x00garbage", json.dumps(broken), '{"half":')
        said = cli("sessions", "show", info.id)
        assert said.code == 0
        assert "1 records cannot be read" in said.out
        assert "How?" in said.out

    def test_a_log_that_does_not_say_what_it_is(self, cli: Cli) -> None:
        info = SessionInfo(project_id="p", directory="/d")
        cli.store.create(info.id).close()
        said = cli("sessions", "show", info.id)
        assert said.code == 1
        assert "does not say what it is" in said.err

    def test_messages_that_name_each_other_as_parents(self, cli: Cli) -> None:
        info = session(cli)
        for number, (one, two) in enumerate((("msg_a", "msg_b"), ("msg_b", "msg_a"))):
            data = {"id": one, "session_id": info.id, "role": "user", "parent": two}
            record = {"v": 1, "seq": 90 + number, "time": 1, "kind": "message", "id": one}
            damage(cli.store, info.id, json.dumps({**record, "data": data}))
        assert len(cli("sessions", "show", info.id, "--json").json["messages"]) == 4


class TestSearch:
    """By what was said."""

    def test_in_this_project_or_all(self, cli: Cli) -> None:
        mine = session(cli, "zebra one", title="Mine")
        other = write(cli.store, asked_and_answered("zebra two", "x"), title="Other")
        assert cli("sessions", "search", "zebra").rows == [[mine.id, "Mine", "zebra one"]]
        rows = cli("sessions", "search", "zebra", "--all").rows
        assert [row[0] for row in rows] == [other.id, mine.id]
        assert [hit["role"] for hit in cli("sessions", "search", "zebra", "--json").json] == [
            "user"
        ]

    def test_nothing(self, cli: Cli) -> None:
        said = cli("sessions", "search", "zebra")
        assert (said.code, said.out) == (0, "")
        assert "Nothing was found" in said.err


class TestChanges:
    """New titles, putting away, deleting."""

    def test_rename(self, cli: Cli) -> None:
        info = session(cli)
        assert cli("sessions", "rename", info.id[:16], "A", "new  title").code == 0
        assert cli("sessions", "list").rows[0][3] == "A new title"
        # The log says it too: the copy may be lost.
        (cli.store.root / "sessions" / info.project_id / f"{info.id}.json").unlink()
        assert cli("sessions", "list").rows[0][3] == "A new title"
        assert cli("sessions", "rename", info.id, " ").code == 2

    def test_archive_and_undo(self, cli: Cli) -> None:
        info = session(cli)
        assert cli("sessions", "archive", info.id).code == 0
        assert cli("sessions", "list").rows == []
        assert cli("sessions", "archive", "--undo", info.id).code == 0
        assert len(cli("sessions", "list").rows) == 1

    def test_a_session_that_somebody_works_in(self, cli: Cli) -> None:
        info = session(cli)
        owner = DiskStore(cli.store.root)
        assert owner.own(info.id)
        for arguments in (
            ["rename", info.id, "x"],
            ["archive", info.id],
            ["delete", "-y", info.id],
        ):
            said = cli("sessions", *arguments)
            assert (said.code, "open in another PyCode" in said.err) == (1, True)
        owner.disown(info.id)
        assert cli("sessions", "delete", "-y", info.id).code == 0

    def test_delete_takes_outputs_and_subagents_along(self, cli: Cli) -> None:
        info = session(cli)
        child = write(cli.store, asked_and_answered("q", "a"), parent=info.id)
        grandchild = write(cli.store, parent=child.id)
        other = session(cli)
        cli.store.save_output(info.id, "prt_1", "long")
        cli.store.save_output(child.id, "prt_1", "long")
        names = SessionNames(cli.store.root / "names")
        names.give(str(uuid.uuid4()), info.id)
        kept = str(uuid.uuid4())
        names.give(kept, other.id)
        said = cli("sessions", "delete", "--yes", info.id)
        assert said.out.split() == [
            word for name in (info.id, child.id, grandchild.id) for word in ("Deleted", f"{name}.")
        ]
        assert cli.store.ids() == [other.id]
        assert os.listdir(cli.store.root / "outputs") == []
        assert os.listdir(cli.store.root / "names") == [kept]

    def test_delete_asks(self, cli: Cli) -> None:
        info = session(cli, title="Precious")
        said = cli("sessions", "delete", info.id)
        assert said.code == 2
        assert "Precious" in said.err
        assert "--yes" in said.err
        assert cli.store.ids() == [info.id]

    def test_a_no_deletes_nothing(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        info = session(cli)

        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        monkeypatch.setattr("sys.stdin", Terminal("n\n"))
        said = cli("sessions", "delete", info.id)
        assert (said.code, "Nothing was done." in said.err) == (1, True)
        assert cli.store.ids() == [info.id]
        monkeypatch.setattr("sys.stdin", Terminal("y\n"))
        assert cli("sessions", "delete", info.id).code == 0
        assert cli.store.ids() == []

    def test_a_wrong_id_deletes_nothing(self, cli: Cli) -> None:
        info = session(cli)
        assert cli("sessions", "delete", "-y", info.id, NO_ID).code == 2
        assert cli.store.ids() == [info.id]


class TestFiles:
    """Export and import."""

    def test_there_and_back(self, cli: Cli, tmp_path: Path) -> None:
        info = session(cli, "Grüße 漢字 \udce9?")
        before = cli("sessions", "show", info.id, "--json").json
        file = tmp_path / "session.json"
        assert cli("sessions", "export", info.id, "-o", str(file)).code == 0
        cli("sessions", "delete", "-y", info.id)
        said = cli("sessions", "import", str(file))
        assert said.out == f"{info.id}\n"
        after = cli("sessions", "show", info.id, "--json").json
        assert after["messages"] == before["messages"]
        assert after["session"] == before["session"]

    def test_to_stdout(self, cli: Cli) -> None:
        info = session(cli)
        document = cli("sessions", "export", info.id).json
        assert document["format"] == "pycode-session"
        assert [record["kind"] for record in document["records"]][:3] == [
            "session",
            "prefix",
            "message",
        ]

    def test_a_file_that_exists_stays(self, cli: Cli, tmp_path: Path) -> None:
        info = session(cli)
        file = tmp_path / "x.json"
        file.write_text("mine", encoding="utf-8")
        said = cli("sessions", "export", info.id, "-o", str(file))
        assert (said.code, file.read_text(encoding="utf-8")) == (2, "mine")
        assert cli("sessions", "export", info.id, "-o", str(tmp_path / "no" / "x")).code == 1

    def test_markdown(self, cli: Cli, tmp_path: Path) -> None:
        info = session(cli, "A ```fence``` and \x1b[31m", title="`Title` <b>")
        add(cli.store, info.id, [Turn("user", [TextPart(text="hidden", synthetic=True)])])
        page = cli("sessions", "export", info.id, "--format", "markdown").out
        assert page.startswith("# 'Title' <b>\n")
        assert "A ```fence``` and ␛[31m" in page
        assert "<summary><code>bash</code> $ ls (completed)</summary>" in page
        assert "```\ncalc.py\n```" in page
        assert "hidden" not in page
        file = tmp_path / "page.md"
        cli("sessions", "export", info.id, "-o", str(file))
        assert file.read_text(encoding="utf-8") == page

    def test_an_export_of_a_broken_log(self, cli: Cli, tmp_path: Path) -> None:
        info = session(cli)
        broken = {"v": 1, "seq": 90, "time": 1, "kind": "part", "id": "p", "data": {"type": 5}}
        damage(cli.store, info.id, "\x00garbage", json.dumps(broken), '{"torn')
        file = tmp_path / "x.json"
        said = cli("sessions", "export", info.id, "-o", str(file))
        assert said.code == 0
        assert "1 records of the log cannot be read" in said.err
        assert cli("sessions", "import", str(file)).code == 0
        assert cli("sessions", "export", info.id, "--format", "markdown").code == 0

    def test_a_second_import_is_a_second_session(self, cli: Cli, tmp_path: Path) -> None:
        info = session(cli)
        file = tmp_path / "x.json"
        cli("sessions", "export", info.id, "-o", str(file))
        new = cli("sessions", "import", str(file)).out.strip()
        assert new != info.id
        assert sorted(cli.store.ids()) == sorted([new, info.id])
        parts = cli("sessions", "show", new, "--json").json["messages"][0]["parts"]
        assert parts[0]["session_id"] == new


class TestPrune:
    """Nothing goes unasked."""

    def test_old_sessions(self, cli: Cli) -> None:
        old, new = session(cli, title="Old"), session(cli)
        self._age(cli, old)
        SessionNames(cli.store.root / "names").give(str(uuid.uuid4()), old.id)
        said = cli("sessions", "prune", "--older-than", "90d")
        assert (said.code, old.id in said.out, new.id in said.out) == (2, True, False)
        assert len(cli.store.ids()) == 2
        assert cli("sessions", "prune", "--older-than", "90d", "--dry-run").code == 0
        assert len(cli.store.ids()) == 2
        assert cli("sessions", "prune", "--older-than", "90d", "--yes").code == 0
        assert cli.store.ids() == [new.id]
        assert os.listdir(cli.store.root / "names") == []

    def test_an_old_session_that_somebody_works_in_stays(self, cli: Cli) -> None:
        old = session(cli)
        self._age(cli, old)
        owner = DiskStore(cli.store.root)
        owner.own(old.id)
        said = cli("sessions", "prune", "--older-than", "1d", "-y")
        owner.disown(old.id)
        assert f"{old.id} stays" in said.err
        assert cli.store.ids() == [old.id]

    def test_outputs_of_deleted_sessions_go_by_themselves(self, cli: Cli) -> None:
        info = session(cli)
        cli.store.save_output(info.id, "prt_1", "kept")
        cli.store.save_output(NO_ID, "prt_1", "orphan")
        said = cli("sessions", "prune")
        assert said.code == 0
        assert os.listdir(cli.store.root / "outputs") == [info.id]

    def test_outputs_over_a_size_go_oldest_first(self, cli: Cli) -> None:
        old, new = session(cli), session(cli)
        for info in (old, new):
            cli.store.save_output(info.id, "prt_1", "x" * 1000)
        assert cli("sessions", "prune", "--outputs-over", "2kb", "-y").out.startswith("There is no")
        assert cli("sessions", "prune", "--outputs-over", "1.5KB").code == 2
        assert cli("sessions", "prune", "--outputs-over", "1.5KB", "-y").code == 0
        assert os.listdir(cli.store.root / "outputs") == [new.id]
        assert len(cli.store.ids()) == 2

    @pytest.mark.parametrize(
        "arguments", [["--older-than", "soon"], ["--older-than", "-3d"], ["--outputs-over", "big"]]
    )
    def test_what_is_no_age_or_size(self, cli: Cli, arguments: list[str]) -> None:
        said = cli("sessions", "prune", *arguments)
        assert said.code == 2
        assert "write" in said.err

    def _age(self, cli: Cli, info: SessionInfo) -> None:
        info.updated = info.created = 1_000_000_000_000
        log = cli.store.open(info.id, write=True)
        log.append("session", info.id, info.to_dict())
        log.close()
        cli.store.save_facts(info)
        os.utime(cli.store.root / "transcripts" / f"{info.id}.jsonl", (1e9, 1e9))


def test_an_unknown_subcommand_gets_the_nearest(cli: Cli) -> None:
    said = cli("sessions", "lsit")
    assert said.code == 2
    assert "Did you mean 'list'?" in said.err
    assert "There are " in cli("sessions", "xyz").err
