import unittest

from game.scores import read_scores, winner


class New(unittest.TestCase):
    def test_empty(self):
        self.assertEqual(read_scores(["Ann;1\n", "\n", "Ben;2\n"]), {"Ann": 1, "Ben": 2})

    def test_word(self):
        self.assertEqual(read_scores(["Ann;x\n", "Ann;2\n", "Ben;\n"]), {"Ann": 2})


class Before(unittest.TestCase):
    def test_good(self):
        self.assertEqual(read_scores(["Ann;12\n", "Ben;7", "Ann;3\n"]), {"Ann": 15, "Ben": 7})
        self.assertEqual(winner({"Ann": 15, "Ben": 7}), "Ann")
