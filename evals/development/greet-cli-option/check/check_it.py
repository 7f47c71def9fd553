import subprocess
import sys
import unittest


def greet(*arguments):
    return subprocess.run([sys.executable, "greet.py", *arguments], capture_output=True, text=True).stdout


class Times(unittest.TestCase):
    def test_three(self):
        self.assertEqual(greet("Ann", "--times", "3"), "Hello, Ann!\n" * 3)

    def test_with_language(self):
        self.assertEqual(greet("Ben", "--times", "2", "--language", "es"), "Hola, Ben!\n" * 2)


class Before(unittest.TestCase):
    def test_once(self):
        self.assertEqual(greet("Ann"), "Hello, Ann!\n")
        self.assertEqual(greet("Ann", "--language", "de"), "Hallo, Ann!\n")
