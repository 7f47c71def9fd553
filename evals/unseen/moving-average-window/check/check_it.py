import unittest

from walk.smooth import moving_average


class Check(unittest.TestCase):
    def test_windows(self):
        self.assertEqual(moving_average([1, 3], 2), [2])
        self.assertEqual(moving_average([1, 3, 5, 7, 9], 4), [4, 6])
        self.assertEqual(moving_average([1], 2), [])
