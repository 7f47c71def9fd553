import unittest

from game.scores import best


class ScoresTest(unittest.TestCase):
    def test_same_length(self):
        self.assertEqual(best(["ann,20", "ben,30"]), ["ben", "ann"])

    def test_numbers_of_different_length(self):
        self.assertEqual(best(["ann,95", "ben,1200", "cem,310"]), ["ben", "cem", "ann"])
