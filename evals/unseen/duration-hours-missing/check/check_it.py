import subprocess
import sys
import unittest


class Check(unittest.TestCase):
    def test_command(self):
        argv = [sys.executable, "-m", "timer"]
        self.assertEqual(subprocess.run([*argv, "10h"], capture_output=True, text=True).stdout, "36000 seconds\n")
        self.assertEqual(subprocess.run([*argv, "7m"], capture_output=True, text=True).stdout, "420 seconds\n")
        self.assertNotEqual(subprocess.run([*argv, "7x"], capture_output=True).returncode, 0)
