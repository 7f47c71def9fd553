"""Sessions, and the facts that the log keeps of sessions and messages."""

from __future__ import annotations

from dataclasses import fields

from pycode.core import Message, Session
from pycode.core.records import MessageInfo, SessionInfo


def test_touching_moves_the_time_forward_every_time() -> None:
    session = Session(project_id="p", directory="/x", title="t")
    times = [session.updated]
    for _ in range(3):
        session.touch()
        times.append(session.updated)
    assert times == sorted(set(times))


def test_archiving_keeps_when() -> None:
    session = Session(project_id="p", directory="/x")
    assert session.archived is None
    session.archive()
    assert session.archived == session.updated


def test_a_session_survives_json() -> None:
    session = Session(project_id="my-project", directory="/path/to/project", title="My Session")
    assert Session.model_validate_json(session.model_dump_json()) == session
    assert session.id.startswith("ses_")


def test_new_sessions_sort_first() -> None:
    first = Session(project_id="p", directory="/x")
    second = Session(project_id="p", directory="/x")
    assert second.id < first.id


def test_the_inside_has_the_fields_of_the_public_models() -> None:
    assert {f.name for f in fields(SessionInfo)} == set(Session.model_fields)
    assert {f.name for f in fields(MessageInfo)} == set(Message.model_fields) - {"parts"}


def test_facts_survive_a_dict_and_ignore_what_is_newer() -> None:
    info = SessionInfo(project_id="p", directory="/x", agent="plan")
    assert SessionInfo.from_dict({**info.to_dict(), "colour": "red"}) == info
    message = MessageInfo(session_id=info.id, role="user", parent="msg_1")
    assert MessageInfo.from_dict(message.to_dict()) == message
