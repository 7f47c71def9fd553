import unittest

from measure import stats


class New(unittest.TestCase):
    def test_median(self):
        self.assertEqual(stats.median([9, 1, 5]), 5)
        self.assertEqual(stats.median([4, 1, 3, 2]), 2.5)
        self.assertEqual(stats.median([]), 0.0)

    def test_list_stays(self):
        values = [3, 1, 2]
        stats.median(values)
        self.assertEqual(values, [3, 1, 2])


class Before(unittest.TestCase):
    def test_rest(self):
        self.assertEqual(stats.mean([1, 2]), 1.5)
        self.assertEqual(stats.spread([1, 4]), 3)
        self.assertEqual(stats.mean([]), 0.0)
