import unittest

from notes.text import word_count


class Check(unittest.TestCase):
    def test_counts(self):
        cases = {"": 0, "   ": 0, "one": 1, "two words": 2, " a\tb\nc  d ": 4}
        for text, wanted in cases.items():
            self.assertEqual(word_count(text), wanted, text)
