import subprocess
import sys
import unittest

import quiz


class Check(unittest.TestCase):
    def test_score(self):
        answers = {"The capital of France?": "paris ", "The largest planet?": "Mars"}
        self.assertEqual(quiz.score(answers), 1)

    def test_starts(self):
        done = subprocess.run([sys.executable, "quiz.py"], input="Paris\nJupiter\nAu\n", capture_output=True, text=True)
        self.assertIn("3 of 3", done.stdout)
