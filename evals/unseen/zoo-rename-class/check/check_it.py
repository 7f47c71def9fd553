import re
import subprocess
import sys
import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_output(self):
        done = subprocess.run([sys.executable, "main.py"], capture_output=True, text=True)
        self.assertEqual(done.stdout, "Resident('Bruno', 310) 9.3\nResident('Pip', 12) 0.4\n")

    def test_old_name_is_gone(self):
        for file in [Path("main.py"), *Path("zoo").glob("*.py")]:
            self.assertIsNone(re.search(r"\bAnimal\b", file.read_text(encoding="utf-8")), file)
