import subprocess
import sys
import unittest
from pathlib import Path


def convert(*arguments):
    return subprocess.run([sys.executable, "convert.py", *arguments], capture_output=True, text=True)


class New(unittest.TestCase):
    def test_missing(self):
        done = convert("nothing.csv", "out.csv")
        self.assertEqual((done.stdout + done.stderr).strip(), "File not found: nothing.csv")
        self.assertEqual(done.returncode, 2)


class Before(unittest.TestCase):
    def test_there(self):
        done = convert("prices.csv", "out-new.csv")
        self.assertEqual((done.returncode, done.stdout), (0, "Wrote out-new.csv\n"))
        self.assertEqual(Path("out-new.csv").read_text(encoding="utf-8"), "tea,3\nmilk,2\n")
