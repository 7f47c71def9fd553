import unittest

from tools.duration import parse_duration


class TestParseDuration(unittest.TestCase):
    def test_good(self):
        self.assertEqual(parse_duration("90s"), 90)
        self.assertEqual(parse_duration("5m"), 300)
        self.assertEqual(parse_duration("2h"), 7200)

    def test_wrong(self):
        for text in ("", "5", "m", "5x"):
            with self.assertRaises(ValueError):
                parse_duration(text)
