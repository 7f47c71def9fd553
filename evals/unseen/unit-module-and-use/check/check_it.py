import unittest

from kitchen.units import grams_to_ounces


class Check(unittest.TestCase):
    def test_values(self):
        for grams, ounces in {28.35: 1.0, 250: 8.8, 0: 0.0, 500: 17.6}.items():
            self.assertEqual(grams_to_ounces(grams), ounces)
