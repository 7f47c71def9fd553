import unittest

from frostwatch.alerts import needs_warning, warnings
from frostwatch.readings import Reading


class AlertsTest(unittest.TestCase):
    def test_cold_night(self):
        self.assertTrue(needs_warning(Reading(23, -3.0)))

    def test_warm_night(self):
        self.assertFalse(needs_warning(Reading(23, 14.0)))

    def test_text(self):
        self.assertEqual(warnings([Reading(4, 1.0)]), ["Frost at 4:00 (1.0 C)"])
