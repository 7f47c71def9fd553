"""What a record has to hold before anybody relies on it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from pycode.core.parts import PART_CLASSES, TextPart, ToolPart
from pycode.core.records import MessageInfo, SessionInfo
from pycode.storage.record import Record
from pycode.storage.shapes import LATEST, is_readable

MESSAGE = MessageInfo(session_id="ses_1", role="user", parent="msg_0").to_dict()
SESSION = SessionInfo(project_id="p", directory="/x").to_dict()
TEXT = TextPart(text="x").placed("ses_1", "msg_1").to_dict()
CALL = ToolPart(tool="bash", call_id="c").placed("ses_1", "msg_1").to_dict()

JUNK = {"str": 5, "int": "x", "float": "x"}
"""For some types something that they are not; 5 is for all others."""


def record(kind: str, data: dict[str, Any]) -> Record:
    return Record(1, 1, 0, kind, str(data.get("id", "ses_1")), data)


@pytest.mark.parametrize("cls", [SessionInfo, MessageInfo, *PART_CLASSES.values()])
def test_no_field_may_have_another_type(cls: type[Any]) -> None:
    kind = {SessionInfo: "session", MessageInfo: "message"}.get(cls, "part")
    known = {"session": SESSION, "message": MESSAGE}
    whole = known[kind] if kind in known else cls().placed("ses_1", "msg_1").to_dict()
    assert is_readable(record(kind, whole))
    for item in fields(cls):
        wrong = next((value for name, value in JUNK.items() if name in str(item.type)), 5)
        assert not is_readable(record(kind, {**whole, item.name: wrong})), item.name


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("session", {**SESSION, "created": -1}),
        ("session", {**SESSION, "updated": LATEST + 1}),
        ("message", {**MESSAGE, "role": "system"}),
        ("part", {**CALL, "status": "flying"}),
        ("part", {**CALL, "type": []}),
        ("part", {**CALL, "metadata": {"seen": 5}}),
        ("part", {**TEXT, "type": "step-finish", "usage": {"input": "many"}}),
        ("append", {"message_id": "msg_1"}),
        ("prefix", {"system": "x", "tools": ["bash"]}),
        ("todo", {"todos": [5]}),
        ("todo", {"todos": [{"content": 5}]}),
        ("error", {"code": "network"}),
        ("idle", {"message_id": "msg_1"}),
        ("head", {"message_id": 5}),
    ],
)
def test_what_nobody_can_use(kind: str, data: dict[str, Any]) -> None:
    assert not is_readable(record(kind, data))


def test_the_record_and_its_data_are_about_the_same() -> None:
    for kind, data in (("message", MESSAGE), ("part", TEXT)):
        assert not is_readable(Record(1, 1, 0, kind, "other", data))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("of the future", {"anything": 5}),
        ("part", {**TEXT, "type": "of the future", "text": 5}),
        ("part", {**TEXT, "of the future": 5}),
        ("head", {"message_id": None}),
        ("head", {}),
        ("idle", {"reason": "done", "message_id": None, "detail": None, "answer": [5]}),
    ],
)
def test_what_is_newer_or_empty_is_readable(kind: str, data: dict[str, Any]) -> None:
    assert is_readable(record(kind, data))
