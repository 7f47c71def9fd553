import unittest

from frostwatch.readings import Reading, parse


class ReadingsTest(unittest.TestCase):
    def test_parse(self):
        self.assertEqual(parse("22;-1.5"), Reading(22, -1.5))
