"""Reading a session in: what a document from elsewhere cannot do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.sessions import Turn, asked_and_answered, write

from pycode.client.export import export_json, export_markdown, fenced, import_json
from pycode.client.sessions import Sessions
from pycode.config.home import Home
from pycode.core.errors import UsageError
from pycode.core.parts import TextPart, ToolPart
from pycode.core.records import SessionInfo
from pycode.workspace.project import Project, find_project


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    """The sessions of an empty home."""
    return Sessions(Home(tmp_path / "home"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Where a session goes that has no place."""
    (tmp_path / "here").mkdir()
    return find_project(tmp_path / "here")


@pytest.fixture
def read_in(sessions: Sessions, project: Project, tmp_path: Path) -> Callable[[Any], SessionInfo]:
    """Write a document and read it in."""

    def read(document: Any) -> SessionInfo:
        path = tmp_path / "document.json"
        text = document if isinstance(document, str) else json.dumps(document)
        path.write_text(text, encoding="utf-8")
        return import_json(sessions, path, project)

    return read


def document(sessions: Sessions, **facts: Any) -> dict[str, Any]:
    """A document of a session that is not there any more, with some of its facts changed."""
    info = write(sessions.store, asked_and_answered("q", "a"))
    made = json.loads("".join(export_json(sessions, info.id)))
    sessions.delete(info.id)
    made["records"][0]["data"].update(facts)
    return dict(made)


class TestPlaces:
    """Where a session goes."""

    def test_its_own_directory_where_there_is_one(
        self, sessions: Sessions, read_in: Any, tmp_path: Path
    ) -> None:
        there = tmp_path / "there"
        there.mkdir()
        info = read_in(document(sessions, directory=str(there), project_id="../../evil"))
        assert info.directory == str(there.resolve())
        assert info.project_id == find_project(there).id

    @pytest.mark.parametrize("directory", ["/nowhere/at/all", ".", "", "\0"])
    def test_else_the_given_project(
        self, sessions: Sessions, read_in: Any, project: Project, directory: str
    ) -> None:
        info = read_in(document(sessions, directory=directory))
        assert (info.directory, info.project_id) == (str(project.directory), project.id)

    def test_no_parent_and_no_origin_that_are_not_here(
        self, sessions: Sessions, read_in: Any
    ) -> None:
        info = read_in(document(sessions, parent_id="ses_x", origin="ses_y"))
        assert (info.parent_id, info.origin) == (None, None)

    def test_an_id_that_can_be_none(self, sessions: Sessions, read_in: Any) -> None:
        made = document(sessions, id="../../x")
        info = read_in(made)
        assert sessions.store.ids() == [info.id]

    def test_the_frozen_prompt_stays_behind(self, sessions: Sessions, read_in: Any) -> None:
        info = read_in(document(sessions))
        kinds = [record.kind for record in sessions.store.open(info.id, write=False).read()]
        assert "prefix" not in kinds
        assert kinds.count("session") == 1


class TestRefused:
    """A document that is none leaves nothing behind."""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "no json",
            "[]",
            "{}",
            '{"format": "other"}',
            "[" * 100_000,
            '{"format": "pycode-session"}',
        ],
    )
    def test_no_document(self, sessions: Sessions, read_in: Any, text: str) -> None:
        with pytest.raises(UsageError):
            read_in(text)
        assert sessions.store.ids() == []

    def test_no_file(self, sessions: Sessions, project: Project, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="there is no file"):
            import_json(sessions, tmp_path / "no", project)
        with pytest.raises(UsageError, match="cannot be read"):
            import_json(sessions, tmp_path, project)

    def test_a_newer_one(self, sessions: Sessions, read_in: Any) -> None:
        made = document(sessions)
        with pytest.raises(UsageError, match="newer PyCode"):
            read_in({**made, "version": 99})
        made["records"][3]["v"] = 2
        with pytest.raises(UsageError, match="record 4 is none"):
            read_in(made)

    @pytest.mark.parametrize(
        "change",
        [
            {"role": "system"},
            {"id": "msg_other"},
            {"session_id": 5},
            {"parent": "msg_unknown"},
        ],
    )
    def test_a_message_that_is_none(
        self, sessions: Sessions, read_in: Any, change: dict[str, Any]
    ) -> None:
        made = document(sessions)
        made["records"][2]["data"].update(change)
        with pytest.raises(UsageError, match="record 3"):
            read_in(made)
        assert sessions.store.ids() == []

    def test_messages_in_a_circle(self, sessions: Sessions, read_in: Any) -> None:
        made = document(sessions)
        first = made["records"][2]
        last = next(r for r in reversed(made["records"]) if r["kind"] == "message")
        again = {**first, "data": {**first["data"], "parent": last["id"]}}
        made["records"].append(again)
        with pytest.raises(UsageError, match="moves a message"):
            read_in(made)

    @pytest.mark.parametrize(
        "change", [{"text": 5}, {"type": None}, {"message_id": None}, {"id": "prt_other"}]
    )
    def test_a_part_that_is_none(
        self, sessions: Sessions, read_in: Any, change: dict[str, Any]
    ) -> None:
        made = document(sessions)
        made["records"][3]["data"].update(change)
        with pytest.raises(UsageError, match="record 4 is none"):
            read_in(made)

    def test_records_that_do_not_say_what_session_it_is(
        self, sessions: Sessions, read_in: Any
    ) -> None:
        made = document(sessions)
        with pytest.raises(UsageError, match="what session it is"):
            read_in({**made, "records": []})


class TestMarkdown:
    """A page that shows everything and obeys nothing."""

    @given(text=st.text(alphabet="`\n a~", max_size=40))
    def test_nothing_ends_a_block_of_code(self, text: str) -> None:
        lines = fenced(text).split("\n")
        assert lines[0] == lines[-1]
        assert lines[0] not in [line.strip() for line in lines[1:-1]]

    def test_errors_and_diffs(self, sessions: Sessions) -> None:
        failed = ToolPart(tool="bash", call_id="c", title="<script>", input={"command": "x"})
        failed.error = "it\nfailed"
        failed.advance("error")
        edited = ToolPart(tool="edit", call_id="d", title="edit a.py", input={})
        edited.metadata = {"diff": "-a\n+b"}
        edited.advance("running")
        edited.advance("completed")
        turn = Turn("assistant", [TextPart(text="I try."), failed, edited])
        info = write(sessions.store, [turn])
        page = "".join(export_markdown(sessions.show(info.id)))
        assert "&lt;script&gt; (error)" in page
        assert "> it failed" in page
        assert "```diff\n-a\n+b\n```" in page
