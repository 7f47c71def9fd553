import unittest

from walk.load import load_steps
from walk.smooth import moving_average


class SmoothTest(unittest.TestCase):
    def test_three_days(self):
        means = moving_average([3, 6, 9, 12], 3)
        self.assertEqual(means, [6, 9])

    def test_window_of_one_changes_nothing(self):
        steps = load_steps("steps.txt")
        self.assertEqual(moving_average(steps, 1), steps)
