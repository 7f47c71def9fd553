import subprocess
import tempfile
import unittest
from pathlib import Path


def tidy(*before):
    with tempfile.TemporaryDirectory() as place:
        for name in ("a.tmp", "b.tmp", "c.txt"):
            Path(place, name).write_text("x", encoding="utf-8")
        done = subprocess.run(["sh", "tidy.sh", *before, place], capture_output=True, text=True)
        return done, sorted(path.name for path in Path(place).iterdir())


class New(unittest.TestCase):
    def test_quiet(self):
        done, left = tidy("-q")
        self.assertEqual((done.stdout + done.stderr).strip(), "")
        self.assertEqual(left, ["c.txt"])


class Before(unittest.TestCase):
    def test_said(self):
        done, left = tidy()
        self.assertEqual(done.stdout, "removed 2 files\n")
        self.assertEqual(left, ["c.txt"])

    def test_usage(self):
        self.assertEqual(subprocess.run(["sh", "tidy.sh"], capture_output=True).returncode, 2)
