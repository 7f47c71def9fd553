"""The session's log: what is written, what survives, what is refused."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.core.errors import SessionNotFoundError, StorageError
from pycode.storage.record import Record, parse_line
from pycode.storage.transcript import FileTranscript, MemoryTranscript, Transcript

StartPython = Callable[..., "subprocess.Popen[str]"]

_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_DATA = st.dictionaries(_TEXT, _VALUES, max_size=4)
_GARBAGE = st.binary(max_size=30).filter(lambda b: b"\n" not in b and parse_line(b) is None)


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _filled(path: Path, count: int, text: str = "x") -> FileTranscript:
    log = FileTranscript.create(path)
    for number in range(1, count + 1):
        log.append("part", f"prt_{number}", {"text": text})
    return log


@pytest.fixture(params=["file", "memory"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Transcript:
    return (
        MemoryTranscript()
        if request.param == "memory"
        else FileTranscript.create(tmp_path / "log.jsonl")
    )


def test_a_line_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    record = FileTranscript.create(path).append("message", "msg_1", {"text": "grün\n\u2028"})
    assert path.read_bytes().decode("utf-8") == (
        f'{{"v":1,"seq":1,"time":{record.time},"kind":"message","id":"msg_1",'
        '"data":{"text":"grün\\n\u2028"}}\n'
    )
    assert path.stat().st_mode & 0o777 == 0o600


def test_numbers_rise_by_one(log: Transcript) -> None:
    assert log.last_seq == 0
    assert [log.append("todo", "x", {}).seq for _ in range(3)] == [1, 2, 3]
    assert log.last_seq == 3


def test_reading_and_paging(log: Transcript) -> None:
    written = [log.append("part", f"prt_{n}", {"n": n}) for n in range(1, 8)]
    assert list(log.read()) == written
    assert list(log.read(after=5)) == written[5:]
    assert list(log.read(after=7)) == list(log.read(after=99)) == []
    assert log.read_before(None, 2) == written[5:]
    assert log.read_before(4, 2) == written[1:3]
    assert log.read_before(3, 99) == written[:2]
    assert log.read_before(99, 1) == written[6:]
    assert log.read_before(1, 5) == log.read_before(0, 5) == log.read_before(4, 0) == []
    assert list(log.read_backward()) == written[::-1]


def test_half_a_surrogate_pair_comes_back(log: Transcript) -> None:
    log.append("part", "prt_1", {"text": "a\udcffb\ud800"})
    assert next(log.read()).data == {"text": "a\udcffb\ud800"}


def test_what_was_appended_does_not_change_with_its_source(log: Transcript) -> None:
    data = {"list": [1]}
    log.append("part", "prt_1", data)
    data["list"].append(2)
    assert next(log.read()).data == {"list": [1]}


def test_unknown_kinds_are_passed_through(log: Transcript) -> None:
    log.append("kind-of-tomorrow", "x", {"a": [1]})
    assert [(record.kind, record.data) for record in log.read()] == [
        ("kind-of-tomorrow", {"a": [1]})
    ]


@given(st.lists(_DATA, max_size=6))
@settings(max_examples=60, deadline=None)
def test_round_trip(values: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        log, memory = FileTranscript.create(path), MemoryTranscript()
        for value in values:
            log.append("part", "prt_1", value)
            memory.append("part", "prt_1", value)
        log.close()
        again = FileTranscript.open(path)
        assert again.last_seq == memory.last_seq == len(values)
        again.close()
        expected = [_as_json(value) for value in values]
        assert [record.data for record in again.read()] == expected
        assert [record.data for record in memory.read()] == expected


def test_a_log_cut_at_any_byte_opens_with_its_whole_lines(tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    written = []
    log = FileTranscript.create(whole)
    for text in ("first", "zweite ß", "third"):
        written.append(log.append("part", "prt_1", {"text": text}))
    log.close()
    content = whole.read_bytes()
    for size in range(len(content) + 1):
        path = tmp_path / f"{size}.jsonl"
        path.write_bytes(content[:size])
        kept = content[:size].count(b"\n")
        reader = FileTranscript.open(path, write=False)
        assert (reader.last_seq, list(reader.read())) == (kept, written[:kept])
        assert path.stat().st_size == size
        log = FileTranscript.open(path)
        added = log.append("part", "prt_2", {})
        log.close()
        assert added.seq == kept + 1
        assert list(log.read()) == [*written[:kept], added]
        assert log.read_before(None, 2) == [*written[:kept], added][-2:]


@given(st.lists(st.just(None) | _GARBAGE, max_size=20), st.binary(max_size=20), st.integers(0, 20))
@settings(max_examples=100, deadline=None)
def test_garbage_is_skipped(lines: list[bytes | None], torn: bytes, place: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.jsonl")
        records: list[Record] = []
        content = b""
        for line in lines:
            if line is None:
                records.append(Record(1, len(records) + 1, 0, "part", "prt_1", {}))
                content += records[-1].to_line()
            else:
                content += line + b"\n"
        path.write_bytes(content + torn.replace(b"\n", b""))
        log = FileTranscript.open(path)
        assert log.last_seq == len(records)
        assert list(log.read()) == records
        assert list(log.read(after=place)) == records[place:]
        assert log.read_before(place, 3) == records[: max(place - 1, 0)][-3:]
        assert log.append("part", "prt_2", {}).seq == len(records) + 1
        log.close()


def test_garbage_is_mentioned_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "log.jsonl"
    _filled(path, 1).close()
    path.write_bytes(b"\x00\x00\n[1]\n" + path.read_bytes() + b'{"v":1}\n' + b"[" * 100_000 + b"\n")
    log = FileTranscript.open(path)
    with caplog.at_level(logging.WARNING):
        assert [record.seq for record in log.read()] == [1]
        assert [record.seq for record in log.read_backward()] == [1]
    assert [record.getMessage() for record in caplog.records] == [
        f"{path} holds lines that are no records; they are skipped"
    ]
    log.close()


def test_a_torn_line_is_mentioned(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "log.jsonl"
    _filled(path, 2).close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"v":1,"se')
    with caplog.at_level(logging.WARNING):
        FileTranscript.open(path).close()
    assert path.read_bytes() == whole
    assert "torn" in caplog.text


def test_a_long_log_is_found_from_any_number(tmp_path: Path) -> None:
    log = _filled(tmp_path / "log.jsonl", 3000, "x" * 90)
    log.close()
    log = FileTranscript.open(log.path)
    log.append("part", "prt_big", {"text": "y" * 300_000})
    log.append("part", "prt_last", {})
    log.close()
    log = FileTranscript.open(log.path, write=False)
    assert log.last_seq == 3002
    for seq in (0, 1, 2, 700, 1499, 2999, 3000, 3001, 3002):
        assert [r.seq for r in log.read(after=seq)] == list(range(seq + 1, 3003))
        assert [r.seq for r in log.read_before(seq, 3)] == list(range(max(1, seq - 3), seq))
    assert [r.seq for r in log.read_before(None, 3)] == [3000, 3001, 3002]


def test_the_tail_is_enough_to_open_a_long_log(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    _filled(path, 2).close()
    with path.open("r+b") as file:
        file.truncate(1 << 34)  # a hole of 16 GB: reading all of it would be felt
        file.seek(0, 2)
        file.write(b"\n" + Record(1, 7, 0, "part", "prt_7", {"text": "x" * 70_000}).to_line())
    log = FileTranscript.open(path)
    assert log.append("part", "prt_8", {}).seq == 8
    assert [record.seq for record in log.read_before(None, 2)] == [7, 8]
    log.close()


def test_a_newer_log_can_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    _filled(path, 1).close()
    newer = (
        b'{"v":2,"seq":2,"time":5,"kind":"part","id":"prt_2","data":{}}\n{"v":3,"form":"other"}\n'
    )
    path.write_bytes(path.read_bytes() + newer)
    size = path.stat().st_size
    log = FileTranscript.open(path)
    assert log.read_only
    with pytest.raises(StorageError, match="newer PyCode"):
        log.append("part", "prt_3", {})
    assert [(record.v, record.seq) for record in log.read()] == [(1, 1), (2, 2)]
    assert path.stat().st_size == size
    log.close()


def test_a_newer_line_far_from_the_end_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(Record(2, 1, 0, "part", "prt_1", {}).to_line())
    with path.open("ab") as file:
        file.write(Record(1, 2, 0, "part", "prt_2", {"text": "x" * 100_000}).to_line())
    log = FileTranscript.open(path)
    assert not log.read_only
    assert len(list(log.read())) == 2
    with pytest.raises(StorageError, match="newer PyCode"):
        log.append("part", "prt_3", {})
    log.close()


def test_older_lines_are_brought_up_to_date(tmp_path: Path) -> None:
    def kind_was_type(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "kind": raw["type"]}

    def text_was_t(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "data": {"text": raw["data"]["t"]}}

    path = tmp_path / "log.jsonl"
    path.write_bytes(
        b'{"v":1,"seq":1,"time":5,"type":"part","id":"prt_1","data":{"t":"a"}}\n'
        b'{"v":2,"seq":2,"time":6,"kind":"part","id":"prt_2","data":{"t":"b"}}\n'
        b'{"v":3,"seq":3,"time":7,"kind":"part","id":"prt_3","data":{"text":"c"}}\n'
    )
    log = FileTranscript.open(path, upcasts=(kind_was_type, text_was_t))
    assert log.append("part", "prt_4", {"text": "d"}).v == 3
    log.close()
    assert [(r.v, r.kind, r.data["text"]) for r in log.read()] == [
        (3, "part", "a"),
        (3, "part", "b"),
        (3, "part", "c"),
        (3, "part", "d"),
    ]


def test_a_reader_follows_the_owner(tmp_path: Path) -> None:
    log = _filled(tmp_path / "log.jsonl", 2)
    reader = FileTranscript.open(log.path, write=False)
    assert reader.last_seq == 2
    third = log.append("part", "prt_3", {})
    log.sync()
    reader.sync()
    assert reader.last_seq == 3
    assert list(reader.read(after=2)) == [third]
    with pytest.raises(StorageError, match="reading only"):
        reader.append("part", "prt_4", {})
    log.close()
    with pytest.raises(StorageError, match="reading only"):
        log.append("part", "prt_4", {})


def test_what_is_not_there_or_there_already(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with pytest.raises(SessionNotFoundError, match="no session log at"):
        FileTranscript.open(path)
    FileTranscript.create(path).close()
    with pytest.raises(StorageError, match="exists"):
        FileTranscript.create(path)
    with pytest.raises(StorageError, match="PYCODE_HOME"):
        FileTranscript.create(tmp_path / "no" / "log.jsonl")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target.jsonl"
    _filled(target, 1).close()
    link = tmp_path / "link.jsonl"
    link.symlink_to(target)
    with pytest.raises(StorageError):
        FileTranscript.open(link)
    with pytest.raises(StorageError):
        FileTranscript.open(link, write=False)
    link.unlink()
    link.symlink_to(tmp_path / "new.jsonl")
    with pytest.raises(StorageError):
        FileTranscript.create(link)
    assert not (tmp_path / "new.jsonl").exists()


_APPEND_FOR_EVER = """
import sys
from pathlib import Path
from pycode.storage.transcript import FileTranscript
log = FileTranscript.create(Path(sys.argv[1]))
while True:
    print(log.append("part", "prt_1", {"text": "x" * (log.last_seq % 5000)}).seq, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_loses_nothing_acknowledged(
    tmp_path: Path, start_python: StartPython
) -> None:
    path = tmp_path / "log.jsonl"
    with start_python(_APPEND_FOR_EVER, str(path)) as child:
        assert child.stdout is not None
        for _ in range(300):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        rest = [line for line in child.stdout.read().splitlines(keepends=True) if "\n" in line]
    acknowledged = int(rest[-1]) if rest else 300
    log = FileTranscript.open(path)
    assert log.last_seq >= acknowledged
    assert [len(r.data["text"]) for r in log.read()] == [n % 5000 for n in range(log.last_seq)]
    log.close()


_FILL_THE_DISK = """
import json, resource, sys
from pathlib import Path
from pycode.core.errors import StorageError
from pycode.storage.transcript import FileTranscript
path = Path(sys.argv[1])
log = FileTranscript.create(path)
log.append("part", "prt_1", {"text": "x" * 1000})
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 30, resource.RLIM_INFINITY))
size = path.stat().st_size
for _ in range(2):
    try:
        log.append("part", "prt_2", {"text": "lost"})
    except StorageError as error:
        print(json.dumps([str(error), log.last_seq, path.stat().st_size - size]))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(log.append("part", "prt_2", {"text": "kept"}).seq)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_FSIZE")
def test_a_full_disk_leaves_the_log_whole(tmp_path: Path, start_python: StartPython) -> None:
    path = tmp_path / "log.jsonl"
    with start_python(_FILL_THE_DISK, str(path)) as child:
        first, second, third = child.communicate()[0].splitlines()
    message, last_seq, grown = json.loads(first)
    assert message == (
        f"cannot write the session's log {path}: File too large; "
        "free some space there, or set PYCODE_HOME to a folder on another disk"
    )
    assert (last_seq, grown) == (1, 0)
    assert json.loads(second) == json.loads(first)
    assert third == "2"
    log = FileTranscript.open(path, write=False)
    assert [record.data["text"][:4] for record in log.read()] == ["xxxx", "kept"]


_FAIL_TO_REPAIR = """
import os, resource, sys
from pathlib import Path
from pycode.core.errors import StorageError
from pycode.storage.transcript import FileTranscript
path = Path(sys.argv[1])
log = FileTranscript.create(path)
log.append("part", "prt_1", {})
size, ftruncate = path.stat().st_size, os.ftruncate
def fail(fd, length):
    os.ftruncate = ftruncate
    raise OSError(5, "Input/output error")
os.ftruncate = fail
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, resource.RLIM_INFINITY))
try:
    log.append("part", "prt_2", {"text": "lost"})
except StorageError:
    print(path.stat().st_size - size)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(log.append("part", "prt_2", {"text": "kept"}).seq)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no RLIMIT_FSIZE")
def test_a_torn_line_that_stayed_is_cut_off_before_the_next(
    tmp_path: Path, start_python: StartPython
) -> None:
    path = tmp_path / "log.jsonl"
    with start_python(_FAIL_TO_REPAIR, str(path)) as child:
        assert child.communicate()[0].split() == ["10", "2"]
    assert [record.data for record in FileTranscript.open(path, write=False).read()] == [
        {},
        {"text": "kept"},
    ]
