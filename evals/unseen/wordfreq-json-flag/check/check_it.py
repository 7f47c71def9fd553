import json
import subprocess
import sys
import unittest


def run(*arguments):
    argv = [sys.executable, "wordfreq.py", "poem.txt", *arguments]
    return subprocess.run(argv, capture_output=True, text=True).stdout


class Json(unittest.TestCase):
    def test_object(self):
        found = json.loads(run("--json"))
        self.assertEqual((found["the"], found["rain"]), (4, 3))

    def test_it_is_one_object(self):
        self.assertIsInstance(json.loads(run("--json", "--top", "2")), dict)


class Text(unittest.TestCase):
    def test_text(self):
        self.assertEqual(run("--top", "2"), "    4 the\n    3 rain\n")
