"""Counts tickets by state."""

from tickets import STATES


def summary(tickets):
    return {state: sum(1 for ticket in tickets if ticket.state == state) for state in STATES}
