"""The index: found is what the logs say now, whatever becomes of the index's own file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.sessions import Turn, add, asked_and_answered, write

from pycode.core.parts import TextPart, ToolPart
from pycode.engine.fork import fork_session
from pycode.storage.index import SessionIndex
from pycode.storage.sessions import DiskStore


def found(store: DiskStore, text: str, project: str | None = None, limit: int = 20) -> list[str]:
    """The sessions in which a text is found."""
    return [hit.session_id for hit in SessionIndex(store).search(text, project, limit)]


class TestSearch:
    """Words lead to sessions."""

    def test_what_was_said_by_whom_and_where(self, store: DiskStore) -> None:
        info = write(store, asked_and_answered("How do zebras sleep?", "Standing up."))
        (hit,) = SessionIndex(store).search("zebras")
        assert (hit.session_id, hit.role, hit.title) == (info.id, "user", "Some work")
        assert hit.text == "How do zebras sleep?"
        assert SessionIndex(store).search("standing")[0].role == "assistant"

    def test_titles_and_calls_are_found_and_hidden_texts_are_not(self, store: DiskStore) -> None:
        hidden = Turn("user", [TextPart(text="marmalade", synthetic=True)])
        info = write(store, [*asked_and_answered("a", "b"), hidden], title="The blue button")
        assert found(store, "button") == [info.id]
        assert found(store, "ls") == [info.id]
        assert found(store, "marmalade") == []

    def test_all_words_of_one_message_in_any_order(self, store: DiskStore) -> None:
        info = write(store, asked_and_answered("red green", "blue"))
        assert found(store, "green red") == [info.id]
        assert found(store, "green blue") == []

    def test_only_the_last_word_may_be_a_beginning(self, store: DiskStore) -> None:
        info = write(store, asked_and_answered("configuration loader", "x"))
        assert found(store, "loader config") == [info.id]
        assert found(store, "config loader") == []
        assert found(store, "loader co") == []

    def test_accents_and_case_do_not_matter(self, store: DiskStore) -> None:
        info = write(store, asked_and_answered("Überprüfe das CAFÉ", "x"))
        assert found(store, "uberprufe cafe") == [info.id]

    def test_latest_first_one_project_and_a_limit(self, store: DiskStore) -> None:
        first = write(store, asked_and_answered("apple", "x"), project="one")
        second = write(store, asked_and_answered("apple", "x"), project="two")
        third = write(store, asked_and_answered("apple", "x"), project="two")
        assert found(store, "apple") == [third.id, second.id, first.id]
        assert found(store, "apple", "two") == [third.id, second.id]
        assert found(store, "apple", None, 1) == [third.id]
        add(store, first.id, asked_and_answered("apple again", "x"))
        assert found(store, "apple")[0] == first.id

    def test_streamed_text_is_found_whole(self, store: DiskStore) -> None:
        part = TextPart(text="half of ")
        info = write(store, [Turn("assistant", [part])])
        log = store.open(info.id, write=True)
        data = {"message_id": part.message_id, "text": "a pineapple"}
        log.append("append", part.id, data)
        log.close()
        assert found(store, "half pineapple") == [info.id]

    @pytest.mark.parametrize("text", ["", "  ", '"', "* - ( )", "\0", "NEAR(", "a:b", 'AND "x'])
    def test_words_are_no_query_language(self, store: DiskStore, text: str) -> None:
        write(store, asked_and_answered("hello", "x"))
        assert found(store, text) == []

    @given(text=st.text(max_size=60))
    def test_any_text_can_be_searched(
        self, text: str, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        store = DiskStore(tmp_path_factory.mktemp("any") / "storage")
        info = write(store, [Turn("user", [TextPart(text=text)])], title="")
        words = [word for word in text.split() if word.isalnum() and word.isascii()]
        SessionIndex(store).search(text)
        assert all(found(store, word) == [info.id] for word in words)


class TestFreshness:
    """The index follows the logs."""

    def test_new_changed_and_deleted_sessions(self, store: DiskStore) -> None:
        info = write(store, asked_and_answered("one", "x"))
        assert found(store, "one") == [info.id]
        add(store, info.id, asked_and_answered("two", "x"))
        other = write(store, asked_and_answered("three", "x"))
        assert found(store, "two") == [info.id]
        assert found(store, "three") == [other.id]
        store.delete(info.id)
        assert found(store, "one") == []
        assert found(store, "three") == [other.id]

    def test_without_sessions_nothing_is_made(self, root: Path) -> None:
        assert found(DiskStore(root), "hello") == []
        assert not root.exists()

    def test_an_unchanged_log_is_not_read_again(
        self, store: DiskStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        info = write(store, asked_and_answered("one", "x"))
        assert found(store, "one") == [info.id]
        monkeypatch.setattr(DiskStore, "open", None)
        assert found(store, "one") == [info.id]


class TestOnlyACopy:
    """Whatever becomes of the file, the answer is the same."""

    @pytest.fixture
    def path(self, store: DiskStore) -> Path:
        """The file of an index that knows one session with the word `hello`."""
        write(store, asked_and_answered("hello", "x"))
        assert len(found(store, "hello")) == 1
        return store.root / "index.sqlite"

    def test_it_is_private(self, path: Path) -> None:
        assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o600

    def test_deleted(self, store: DiskStore, path: Path) -> None:
        path.unlink()
        assert len(found(store, "hello")) == 1
        assert path.exists()

    @pytest.mark.parametrize("content", [b"no database at all" * 100, b"x"])
    def test_something_else(self, store: DiskStore, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        assert len(found(store, "hello")) == 1
        assert path.read_bytes().startswith(b"SQLite format 3")

    def test_damaged_in_the_middle(self, store: DiskStore, path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[4096:-1] = b"\xff" * (len(data) - 4097)
        path.write_bytes(bytes(data))
        assert len(found(store, "hello")) == 1

    def test_of_another_version(self, store: DiskStore, path: Path) -> None:
        database = sqlite3.connect(path)
        database.execute("PRAGMA user_version = 77")
        database.close()
        assert len(found(store, "hello")) == 1
        assert len(found(store, "hello")) == 1

    def test_without_tables(self, store: DiskStore, path: Path) -> None:
        database = sqlite3.connect(path)
        database.execute("DROP TABLE steps")
        database.close()
        add(store, store.ids()[0], asked_and_answered("world", "x"))
        assert len(found(store, "world")) == 1

    def test_held_by_another(
        self, store: DiskStore, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pycode.storage.index._BUSY_SECONDS", 0.01)
        add(store, store.ids()[0], asked_and_answered("world", "x"))
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("BEGIN EXCLUSIVE")
        assert len(found(store, "world")) == 1
        database.close()

    def test_a_link_is_not_followed(self, store: DiskStore, path: Path, tmp_path: Path) -> None:
        path.unlink()
        target = tmp_path / "elsewhere"
        path.symlink_to(target)
        assert len(found(store, "hello")) == 1
        assert not target.exists()

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
    def test_in_a_folder_that_cannot_be_written(self, store: DiskStore, path: Path) -> None:
        path.unlink()
        store.root.chmod(0o500)
        assert len(found(store, "hello")) == 1
        store.root.chmod(0o700)

    def test_several_processes_at_once(self, store: DiskStore, path: Path) -> None:
        path.unlink()
        for number in range(30):
            write(store, asked_and_answered(f"hello number{number}", "x"))
        code = (
            "import sys; from pathlib import Path; from pycode.storage.index import SessionIndex;"
            "from pycode.storage.sessions import DiskStore;"
            "print(len(SessionIndex(DiskStore(Path(sys.argv[1]))).search('hello', None, 100)))"
        )
        argv = [sys.executable, "-c", code, str(store.root)]
        running = [subprocess.Popen(argv, stdout=subprocess.PIPE) for _ in range(3)]
        assert [process.communicate(timeout=60)[0].strip() for process in running] == [b"31"] * 3


class TestUsed:
    """What requests used."""

    def test_each_request(self, store: DiskStore) -> None:
        info = write(store, asked_and_answered("q", "a"), directory="/somewhere")
        (step,) = SessionIndex(store).used()
        assert (step.session_id, step.model, step.cost) == (info.id, "openai/gpt-test", 0.25)
        assert (step.title, step.directory) == ("Some work", "/somewhere")
        assert step.usage == {"input": 100, "output": 10}
        assert SessionIndex(store).used(since=step.ended) == [step]
        assert SessionIndex(store).used(since=step.ended + 1) == []

    def test_an_unknown_price(self, store: DiskStore) -> None:
        write(store, asked_and_answered("q", "a", cost=None))
        assert SessionIndex(store).used()[0].cost is None

    def test_a_fork_costs_nothing_again(self, store: DiskStore) -> None:
        info = write(store, asked_and_answered("q", "a"))
        fork_session(store, info.id)
        assert [step.session_id for step in SessionIndex(store).used()] == [info.id]


def test_half_a_surrogate_pair_is_no_reason_to_fail(store: DiskStore) -> None:
    call = ToolPart(tool="read", title="read caf\udce9.txt")
    info = write(store, [Turn("assistant", [call])], title="the \udce9 file")
    assert found(store, "file") == [info.id]
    assert found(store, "read \udce9") == [info.id]
