"""No cent of a bill gets lost."""

from __future__ import annotations

import unittest

from ledger.split import split_by_weight, split_evenly


class SplitTest(unittest.TestCase):
    def test_an_amount_that_divides(self) -> None:
        self.assertEqual(split_evenly(900, 3), [300, 300, 300])

    def test_an_amount_that_does_not_divide(self) -> None:
        self.assertEqual(split_evenly(1000, 3), [334, 333, 333])

    def test_nobody_cannot_pay(self) -> None:
        with self.assertRaises(ValueError):
            split_evenly(900, 0)

    def test_weights(self) -> None:
        self.assertEqual(split_by_weight(1000, [1, 2]), [333, 667])
