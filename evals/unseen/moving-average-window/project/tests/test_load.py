import unittest

from walk.load import load_steps


class LoadTest(unittest.TestCase):
    def test_all_days(self):
        self.assertEqual(len(load_steps("steps.txt")), 5)
