import subprocess
import sys
import unittest


def age(*arguments):
    return subprocess.run([sys.executable, "age.py", *arguments], capture_output=True, text=True)


class BadInput(unittest.TestCase):
    def test_word(self):
        for word in ("abc", "19x0"):
            done = age(word)
            self.assertEqual(done.returncode, 1)
            self.assertEqual((done.stdout + done.stderr).strip(), "Please enter a year as a number.")


class GoodInput(unittest.TestCase):
    def test_year(self):
        self.assertEqual(age("1990").stdout, "You turn 40 in 2030.\n")
