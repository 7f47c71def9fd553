import ast
import unittest
from pathlib import Path

import report

TEXT = Path("report.py").read_text(encoding="utf-8")


class New(unittest.TestCase):
    def test_unused_are_gone(self):
        names = {
            alias.name
            for node in ast.walk(ast.parse(TEXT))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        self.assertEqual(names, {"json", "defaultdict", "date"})


class Before(unittest.TestCase):
    def test_works(self):
        self.assertEqual(report.by_category(report.load("sales.json")), {"tea": 7})
        self.assertTrue(report.title().startswith("Report of "))

    def test_rest_stands(self):
        self.assertIn('"""Writes the monthly report."""', TEXT)
        self.assertIn("    sums = defaultdict(int)\n    for sale in sales:\n", TEXT)
