import ast
import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_gone(self):
        text = Path("logbook/lines.py").read_text(encoding="utf-8")
        names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        self.assertEqual(sorted(names), ["format_line", "parse_line"])
        self.assertNotIn("textwrap", text)
        self.assertIn("import datetime", text)
