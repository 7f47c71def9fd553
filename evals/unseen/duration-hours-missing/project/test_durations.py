import unittest

from timer.durations import parse_duration


class DurationTest(unittest.TestCase):
    def test_seconds(self):
        self.assertEqual(parse_duration("90s"), 90)

    def test_minutes(self):
        self.assertEqual(parse_duration("5m"), 300)

    def test_hours(self):
        self.assertEqual(parse_duration("2h"), 7200)

    def test_unknown_unit(self):
        with self.assertRaises(ValueError):
            parse_duration("3y")
