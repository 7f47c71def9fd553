import unittest

import sorting


class SortingTest(unittest.TestCase):
    def test_all(self):
        for way in (sorting.bubble, sorting.halves, sorting.selection):
            self.assertEqual(way([3, 1, 2, 1]), [1, 1, 2, 3])
