import unittest

from frostwatch.alerts import needs_warning
from frostwatch.readings import Reading


class Check(unittest.TestCase):
    def test_all_four(self):
        cases = {(23, -3.0): True, (23, 14.0): False, (12, -3.0): False, (12, 14.0): False, (3, 2.0): False}
        for (hour, celsius), wanted in cases.items():
            self.assertEqual(needs_warning(Reading(hour, celsius)), wanted, (hour, celsius))
