import subprocess
import sys
import unittest


def top(*arguments):
    return subprocess.run([sys.executable, "top.py", "poem.txt", *arguments], capture_output=True, text=True).stdout


class New(unittest.TestCase):
    def test_min_length(self):
        self.assertEqual(top("--min-length", "5"), "3 mouse\n")
        self.assertEqual(top("--min-length", "3", "--count", "2"), "3 the\n3 mouse\n")


class Before(unittest.TestCase):
    def test_as_before(self):
        self.assertEqual(top("--count", "2"), "3 the\n3 mouse\n")
        self.assertEqual(len(top().splitlines()), 3)
