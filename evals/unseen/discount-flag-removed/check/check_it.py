import unittest
from pathlib import Path

import pricing
from counter import group_price


class Gone(unittest.TestCase):
    def test_gone(self):
        text = Path("pricing.py").read_text(encoding="utf-8")
        self.assertNotIn("USE_OLD_DISCOUNT", text)
        self.assertNotIn("- 5", text)
        self.assertFalse(hasattr(pricing, "USE_OLD_DISCOUNT"))


class Prices(unittest.TestCase):
    def test_prices(self):
        self.assertEqual([pricing.price(age) for age in (3, 12, 40, 70)], [0, 10, 20, 10])
        self.assertEqual(group_price([30] * 10), 190)
