import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def setUp(self):
        self.text = Path("README.md").read_text(encoding="utf-8")

    def test_heading(self):
        self.assertRegex(self.text, r"(?m)^# \S|^\S.*\n=+$")

    def test_facts(self):
        for fact in (r"python3? -m dice", "--count", "--sides", "--seed"):
            self.assertRegex(self.text, fact)

    def test_length(self):
        self.assertGreater(len(self.text.split()), 20)
