import unittest

from tickets import Ticket


class Check(unittest.TestCase):
    def test_reopen(self):
        ticket = Ticket("a")
        ticket.move("close")
        ticket.move("reopen")
        ticket.move("ask")
        self.assertEqual(ticket.state, "waiting")

    def test_only_closed_ones(self):
        with self.assertRaises(ValueError):
            Ticket("a").move("reopen")
