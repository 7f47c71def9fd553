import unittest

from game.scores import best


class Check(unittest.TestCase):
    def test_order(self):
        lines = ["a,9", "b,10", "c,100", "d,2"]
        self.assertEqual(best(lines, 4), ["c", "b", "a", "d"])
        self.assertEqual(best(lines, 1), ["c"])
