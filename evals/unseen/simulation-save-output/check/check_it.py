import subprocess
import sys
import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_output(self):
        argv = [sys.executable, "simulate.py", "--days", "5"]
        wanted = subprocess.run(argv, capture_output=True, text=True).stdout
        found = Path("results/five_days.txt").read_text(encoding="utf-8")
        lines = [line.strip() for line in found.strip().splitlines()]
        self.assertEqual(lines, wanted.splitlines())

    def test_the_other_file_stays(self):
        self.assertEqual(Path("results/one_day.txt").read_text(encoding="utf-8"), "day 1: 6 lilies\n")
