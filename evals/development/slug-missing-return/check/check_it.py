import unittest

from blog.slugs import make_slug


class Check(unittest.TestCase):
    def test_lengths(self):
        self.assertEqual(make_slug("x" * 30), "x" * 30)
        self.assertEqual(make_slug("x" * 31), "x" * 30)
        self.assertEqual(make_slug("Two  words"), "two-words")
