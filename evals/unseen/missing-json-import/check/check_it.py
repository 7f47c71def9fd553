import subprocess
import sys
import unittest


def contacts(*arguments):
    return subprocess.run([sys.executable, "contacts.py", *arguments], capture_output=True, text=True).stdout


class Check(unittest.TestCase):
    def test_list(self):
        self.assertEqual(contacts("list"), "Cleo 555-0101\nDario 555-0102\n")

    def test_find(self):
        self.assertEqual(contacts("find", "Dario"), "555-0102\n")
