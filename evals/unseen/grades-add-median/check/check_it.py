import unittest

from grades import stats
from grades.school import describe


class Median(unittest.TestCase):
    def test_odd(self):
        self.assertEqual(stats.median([5, 1, 3]), 3)
        self.assertEqual(stats.median([4]), 4)

    def test_even(self):
        self.assertEqual(stats.median([8, 1, 4, 2]), 3)

    def test_the_list_stays(self):
        values = [3, 1, 2]
        stats.median(values)
        self.assertEqual(values, [3, 1, 2])


class Before(unittest.TestCase):
    def test_describe(self):
        self.assertEqual(describe("math", [1, 2, 6]), "math: mean 3.0, spread 5")
