import unittest
from pathlib import Path


class Check(unittest.TestCase):
    def test_moved(self):
        import text_tools

        self.assertEqual(text_tools.initials("ada lovelace"), "AL")
        self.assertFalse(Path("helpers.py").exists())

    def test_users(self):
        import badge
        import posters
        import text_tools

        self.assertEqual(badge.badge("ada"), "[A] Ada")
        self.assertEqual(posters.poster("a b"), "*** A B ***")
