import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_report(self):
        lines = Path("report.txt").read_text(encoding="utf-8").split("\n")
        found = [line.strip() for line in lines if line.strip()]
        self.assertEqual(found, ["east: 638", "north: 1599", "south: 918", "west: 2210"])
