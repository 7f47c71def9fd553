import subprocess
import sys
import unittest
from pathlib import Path

from billing.invoice import with_tax

TEXT = Path("billing/invoice.py").read_text(encoding="utf-8")


class New(unittest.TestCase):
    def test_no_debug(self):
        self.assertNotIn("DEBUG", TEXT)


class Before(unittest.TestCase):
    def test_output(self):
        done = subprocess.run([sys.executable, "pay.py"], capture_output=True, text=True)
        self.assertEqual(done.stdout.splitlines()[-1:], ["To pay: 34.51"])
        self.assertEqual(with_tax(100), 119)
        self.assertEqual(with_tax(100, percent=7), 107)

    def test_rest(self):
        self.assertIn('"""Bills of the workshop."""', TEXT)
        self.assertIn("    for amount, price in lines:\n", TEXT)
