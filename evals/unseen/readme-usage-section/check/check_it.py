import re
import unittest
from pathlib import Path


class Usage(unittest.TestCase):
    def test_section(self):
        text = Path("README.md").read_text(encoding="utf-8")
        section = re.search(r"(?ms)^#+ Usage:?\s*$(.*?)(?=^#+ (?:License|Installation)|\Z)", text)
        self.assertIsNotNone(section)
        self.assertRegex(section[1], r"todo\.py add \S")
        self.assertRegex(section[1], r"todo\.py done \d")


class Rest(unittest.TestCase):
    def test_rest(self):
        text = Path("README.md").read_text(encoding="utf-8")
        for piece in ("# todo\n", "## Installation\n", "Nothing else is needed.", "## License\n", "MIT"):
            self.assertIn(piece, text)
