"""Amounts are read and shown to the cent."""

from __future__ import annotations

import unittest

from ledger.money import parse, show


class MoneyTest(unittest.TestCase):
    def test_parse(self) -> None:
        self.assertEqual([parse("12"), parse("12.5"), parse("0.07")], [1200, 1250, 7])

    def test_parse_refuses_fractions_of_a_cent(self) -> None:
        with self.assertRaises(ValueError):
            parse("1.005")

    def test_show(self) -> None:
        self.assertEqual([show(1250), show(7)], ["12.50", "0.07"])
