import pytest

from board import summary
from tickets import Ticket


def test_a_question_and_its_answer():
    ticket = Ticket("printer")
    for action in ("start", "ask", "answer"):
        ticket.move(action)
    assert ticket.state == "open"


def test_a_closed_ticket_can_be_reopened():
    ticket = Ticket("printer")
    ticket.move("close")
    ticket.move("reopen")
    assert ticket.state == "open"


def test_a_new_ticket_cannot_be_answered():
    with pytest.raises(ValueError):
        Ticket("printer").move("answer")


def test_summary():
    assert summary([Ticket("a"), Ticket("b")])["new"] == 2
