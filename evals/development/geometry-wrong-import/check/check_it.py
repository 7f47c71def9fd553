import subprocess
import sys
import unittest


class Check(unittest.TestCase):
    def test_output(self):
        done = subprocess.run([sys.executable, "main.py"], capture_output=True, text=True)
        self.assertEqual(done.stdout.split("\n")[:3], ["circle: 12.57", "rectangle: 12", "in metres: 2.0"])
