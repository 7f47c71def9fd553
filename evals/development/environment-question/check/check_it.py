import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_names(self):
        lines = Path("env.txt").read_text(encoding="utf-8").splitlines()
        names = sorted(line.strip() for line in lines if line.strip())
        self.assertEqual(names, ["MAIL_DRY_RUN", "MAIL_HOST", "MAIL_PORT"])
